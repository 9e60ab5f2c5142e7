"""Marks of pages that are sent in place of others: regular expressions, one per line, case ignored.

Pages about these subjects must not match, so a mark is something that only such a page has: its script, its complete
title, one of its sentences. Code that the same products add to good pages (Cloudflare's
``challenge-platform/scripts``, the ``challenge.js`` of AWS WAF, Imperva's ``_Incapsula_Resource`` script) is no mark.
"""

HEADERS = (
    ("cf-mitigated", ("challenge",), "challenge"),
    ("x-amzn-waf-action", ("challenge", "captcha"), "challenge"),
    ("x-vercel-mitigated", ("challenge",), "challenge"),
    ("x-vercel-mitigated", ("deny",), "waf"),
)
"""Name of the field, words in its value, code."""

MARKUP = {
    "challenge": r"""
_cf_chl_opt
cf-browser-verification
/cdn-cgi/challenge-platform/h/\w/orchestrate/
window\.gokuProps
captcha\.awswaf\.com
<iframe[^>]+/_Incapsula_Resource
captcha-delivery\.com/
id=["']px-captcha
id=["']anubis_
/\.within\.website/x/
sec-if-cpt-container
/_sec/cp_challenge/
sucuri_cloudproxy_js
/\.well-known/ddos-guard/
/\.well-known/sgcaptcha/
""",
    "captive-portal": r"""
<WISPAccessGatewayParam
""",
    "parked": r"""
sedoparking\.com
parkingcrew\.net
//[\w.]*\bbodis\.com
adsense/domains/caf\.js
hugedomains\.com/domain_profile
location\.href\s*=\s*["']/lander
""",
}
"""Scripts and elements."""

TITLES = {
    "challenge": r"""
just a moment
un instant
un momento
один момент
请稍候
請稍候
لحظة من فضلك
checking your browser.*
human verification
making sure you.re not a bot
vercel security checkpoint
robot challenge screen
one moment,? please
ddos-guard
verifying you are human.*
are you a robot\?
client challenge
security verification
""",
    "waf": r"""
attention required
sucuri website firewall.*
web page blocked
request rejected
403 forbidden
""",
    "captive-portal": r"""
network authentication required
(?:wi-?fi|hotspot|guest network|network) (?:log-?in|sign-?in|portal)
""",
    "maintenance": r"""
(?:web ?)?site (?:is )?(?:currently )?(?:under|in|down for) maintenance
maintenance mode
(?:scheduled|planned|routine) maintenance
(?:(?:we are |we.re |temporarily )?down|offline|closed) for (?:scheduled |planned |routine )?maintenance
(?:sorry,? )?(?:we.ll|we will) be (?:right )?back(?: soon| shortly| online soon)?
site (?:temporarily )?off-?line
site en travaux
nous (?:revenons|serons de retour) (?:très )?(?:bientôt|vite)
volvemos (?:pronto|enseguida)
site (?:web )?(?:est )?(?:actuellement )?en (?:cours de )?maintenance
(?:el )?sitio(?: web)? (?:está )?(?:actualmente )?(?:en|bajo) mantenimiento
site em manutenção
website im wartungsmodus
сайт (?:находится )?на (?:техническом )?обслуживании
сайт закрыт на (?:техническое )?обслуживание
ведутся технические работы
الموقع (?:تحت|قيد) الصيانة
(?:網站|网站|本站|站點|站点)(?:正在)?(?:維護|维护)中?
""",
    "error-page": r"""
(?:error )?(?:50\d )?(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)
(?:error )?50\d (?:backend fetch failed|error)
database error
server error
""",
    "parked": r"""
welcome to nginx
apache2? (?:\w+ )?default page.*
iis windows(?: server)?
default web site page
domain default page
it works
""",
}
"""Complete titles or main headings, without the site's name and the full stop at the end."""

SENTENCES = {
    "challenge": r"""
enable javascript and cookies to continue
complete the security check to access
unusual (?:traffic|activity) from your (?:computer network|network|ip)
(?:confirm|verify|prove)(?: that)? you are (?:a )?human
requires? javascript to (?:verify|check) your browser
""",
    "waf": r"""
you don.t have permission to access .{1,800}? on this server\.? reference #
incapsula incident id
request was blocked by the security rules
sorry, you have been blocked
the requested url was rejected\. please consult with your administrator
^error code: 10\d\d$
access to this (?:site|service) has been (?:temporarily )?limited
an appropriate representation of the requested resource .{0,300}mod_security
request blocked\. we can.t connect to the server
^the request is blocked\.
your ip(?: address)? (?:\S+ )?(?:has been|is) (?:blocked|banned)
""",
    "captive-portal": r"""
(?:log|sign) ?in to (?:the|this|our) (?:guest )?(?:wi-?fi|network|hotspot)
""",
    "maintenance": r"""
is currently under maintenance\. we should be back shortly
(?:site is|we are|we.re) (?:currently |temporarily )?(?:undergoing|performing) (?:some |scheduled |planned )?maintenance
(?:site is|we are|we.re) (?:currently |temporarily )?(?:down|offline|unavailable) (?:for|due to) (?:\w+ )?maintenance
briefly unavailable for scheduled maintenance
""",
    "error-page": r"""
^(?:error )?the website encountered an unexpected error\.
^(?:erreur )?le site web a rencontré une erreur inattendue
^(?:error )?el sitio web (?:ha )?encontr(?:ado|ó) un error inesperado
^(?:ошибка )?на (?:веб-)?сайте произошла непредвиденная ошибка
^(?:خطأ )?(?:واجه|صادف) الموقع خطأ غير متوقع
^(?:錯誤 )?本?網站(?:遇到|發生)了?(?:未預期|意外|非預期)的?錯誤
error establishing a database connection
^(?:php )?(?:fatal|parse) error ?:
^uncaught (?:php )?exception
guru meditation
there has been a critical error on (?:this|your) website
^our services aren.t available right now
""",
    "parked": r"""
(?:this|the) domain(?: name)? (?:is|may be|has been) (?:for sale|parked|expired)
buy this domain
domain is parked (?:free|by)
""",
}
"""Sentences in the text of a page with little other text."""

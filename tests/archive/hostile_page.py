"""The place of an archived page in a replay, and pages that try to reach the network from there."""

from __future__ import annotations

from archive.playback import Addresses

AT = "20260102030405"


HERE = Addresses("/memento/", AT, "http://a.example/d/page?x=1")


EVIL = "http://evil.example"


HOSTILE = {
    "script": f"<script src={EVIL}/></script><script>fetch('{EVIL}')</script><SCRIPT/SRC={EVIL}/></SCRIPT>",
    "handlers": f"<img src=x onerror=\"fetch('{EVIL}')\"><body onload='x()'><svg/onload=x()><details ontoggle=x() open>",
    "images": f"<img src={EVIL}/a srcset='{EVIL}/b 1x, {EVIL}/c,d 2x' lowsrc={EVIL}/e dynsrc={EVIL}/f>"
    f"<picture><source srcset={EVIL}/a></picture><input type=image src={EVIL}/b><body background={EVIL}/c>"
    f"<table background={EVIL}/d><td background={EVIL}/e><image src={EVIL}/g>",
    "frames": f"<iframe src={EVIL}/a srcdoc='<img src={EVIL}/b>'></iframe><frameset><frame src={EVIL}/c></frameset>"
    f"<object data={EVIL}/d classid={EVIL} codebase={EVIL}><embed src={EVIL}/e></object><applet code={EVIL}/f>"
    f"<portal src={EVIL}/g></portal><fencedframe src={EVIL}/h></fencedframe>",
    "links": f"<a href={EVIL}/a ping={EVIL}/b target=_top attributionsrc={EVIL}/c>x</a><area href={EVIL}/d>"
    f"<a href=javascript:fetch('{EVIL}')>y</a><math href={EVIL}/e><mi xlink:href={EVIL}/f>z</mi></math>",
    "head": f"<base href={EVIL}/ target=_parent><link rel=preconnect href={EVIL}><link rel=dns-prefetch href=//evil.example>"
    f"<link rel='stylesheet preload' as=style href={EVIL}/s imagesrcset='{EVIL}/t 1x'><link rel=prefetch href={EVIL}/u>"
    f"<link rel=manifest href={EVIL}/v><link rel=modulepreload href={EVIL}/w><link rel=icon href={EVIL}/i>"
    f"<link rel=stylesheet href={EVIL}/z>",
    "refresh": f"<meta http-equiv=refresh content='0;url={EVIL}/'><meta http-equiv=Content-Security-Policy content='x'>"
    f"<meta http-equiv=set-cookie content=a>",
    "style": f"<style>@import '{EVIL}/a';b{{c:url({EVIL}/d)}}</style><p style=\"background:u\\72l('{EVIL}/e')\">"
    f"<style>a{{content:'\\3c/style>\\3cimg src={EVIL}/f>'}}</style>",
    "forms": f"<form action={EVIL}/a><button formaction={EVIL}/b>x</button><input formaction={EVIL}/c></form><isindex action={EVIL}>",
    "svg": f"<svg><use xlink:href={EVIL}/a#b /><image href={EVIL}/c /><a xlink:href={EVIL}/d><set attributeName=href to={EVIL}/e />"
    f"<animate attributeName=xlink:href values={EVIL}/f /></a><style>@import '{EVIL}/g'</style>"
    f"<rect fill='url({EVIL}/h#i)' filter='url({EVIL}/j)'/><feImage href={EVIL}/k /><foreignObject><iframe src={EVIL}/l></iframe></foreignObject>"
    f"<script xlink:href={EVIL}/m /></svg>",
    "media": f"<video src={EVIL}/a poster={EVIL}/b><source src={EVIL}/c><track src={EVIL}/d></video><audio src={EVIL}/e autoplay></audio>"
    f"<bgsound src={EVIL}/f>",
    "raw": f"<noembed><img src={EVIL}/a></noembed><xmp><img src={EVIL}/b></xmp><noscript><img src={EVIL}/c></noscript>"
    f"<template><img src={EVIL}/d></template><!--[if IE]><img src={EVIL}/e><![endif]--><?xml-stylesheet href='{EVIL}/f'?><plaintext><img src={EVIL}/g>",
    "doctype": f"<!DOCTYPE html PUBLIC '\"><img src={EVIL}/a>' \"x\"><p>",
    "broken": f"<p title='><img src={EVIL}/a>'><a href='{EVIL}/b\0'><img src='{EVIL}/c' {{x}}onload=1 a:b:href={EVIL}/d><img/src={EVIL}/e\x0c/onerror=x>",
    "foreign": f"<svg><style><img src={EVIL}/a onerror=hacked=1><link rel=preconnect href=https://evil.example/><a href=javascript:hacked=1>"
    f"</style></svg><math><mtext><style><meta http-equiv=refresh content='0;url={EVIL}'></style></math>"
    f"<svg><title><style><img src={EVIL}/b></style></title><desc><style>&lt;img src={EVIL}/c></style></desc></svg>"
    f"<svg><style>u&#114;l({EVIL}/d) &#64;import '{EVIL}/e'</style></svg>",
    "misread": f"<title><b a='</title><img src={EVIL}/a onerror=x>'></title><textarea><b a='</textarea><img src={EVIL}/b>'></textarea>"
    f"<noscript><p title='</noscript><img src={EVIL}/c onerror=x>'></noscript><select><img src={EVIL}/d><style><img src={EVIL}/e>"
    f"</style></select><table><style><img src={EVIL}/f></style><tr><svg:style><b/>@import '{EVIL}/g';</svg:style></table>"
    f"<!--><img src={EVIL}/h onerror=x>--><svg><![CDATA[<img src={EVIL}/i>]]></svg><x<img/src={EVIL}/j onerror=x a<b=1 c'd=2>",
    "relations": "".join(f"<link rel='{rel}' href={EVIL}/>" for rel in ("", "search", "icon preconnect", "stylesheet new", "x"))
    + f"<link href={EVIL}/>",
    "controls": f"<a href='{EVIL}/&#1;&#11;x'>x</a><style>a{{b:url({EVIL}/&#12;)}}</style><p style='b:url({EVIL}/&#2;)'>",
}  # fmt: skip

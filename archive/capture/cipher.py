"""Converts OpenSSL's names of TLS cipher suites to those of the IANA registry, which WARC-Cipher-Suite uses."""

from __future__ import annotations

import re

# Key exchange and authentication; AES, Camellia or ARIA with key length, mode, and optionally the hash.
_OPENSSL = re.compile(
    r"(?:(?P<kx>ECDHE|DHE)-(?P<auth>RSA|ECDSA|DSS)-)?"
    r"(?:(?P<cipher>AES|CAMELLIA|ARIA)(?P<bits>128|256)-(?:(?P<mode>GCM|CCM8|CCM)-?)?(?P<hash>SHA\d*)?"
    r"|(?P<chacha>CHACHA20-POLY1305))"
)


def iana_name(name: str) -> str:
    """Return ``TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`` for ``ECDHE-RSA-AES128-GCM-SHA256``; unknown names unchanged.

    For the suites of TLS 1.3, OpenSSL already uses the registered names.
    """
    match = _OPENSSL.fullmatch(name)
    if match is None:
        return name
    exchange = f"{match['kx']}_{match['auth']}" if match["kx"] else "RSA"
    if match["chacha"]:
        return f"TLS_{exchange}_WITH_CHACHA20_POLY1305_SHA256"
    mode = {None: "CBC", "CCM8": "CCM_8"}.get(match["mode"], match["mode"])
    ending = f"_{match['hash']}" if match["hash"] else ""
    return f"TLS_{exchange}_WITH_{match['cipher']}_{match['bits']}_{mode}{ending}"

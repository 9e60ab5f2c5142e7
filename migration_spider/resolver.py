"""Resolves host names, and refuses addresses of this machine and its network: any site can put these into its DNS.

The connection uses exactly the addresses that were checked, and each look-up is checked: a name that resolves to
another address the second time (DNS rebinding) is refused. The wire tap sees no bytes of such a host, because there is
no connection.
"""

from __future__ import annotations

import ipaddress
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.abstract import isIPAddress
from twisted.internet.error import DNSLookupError

SETTING = "MIGRATION_PRIVATE_ADDRESSES"

logger = logging.getLogger(__name__)


class PublicResolver(CachingThreadedResolver):
    """Refuses addresses that are not public, unless MIGRATION_PRIVATE_ADDRESSES allows them.

    Not checked are IP addresses (``127.0.0.1``) and ``localhost``, which only ``site`` can contain, and the proxies of
    the environment. The Deferred fails with DNSLookupError, as for an unknown name.
    """

    settings: Any
    reported: set[str]
    """Names that were logged."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.settings = crawler.settings
        resolver.reported = set()
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802  (IResolverSimple)
        deferred = super().getHostByName(name, timeout)
        return deferred if self._is_chosen(name) else deferred.addCallback(self._public, name)

    def _is_chosen(self, name: str) -> bool:
        """Whether the user has chosen the host in the settings, so that it need not be checked."""
        return isIPAddress(name) or name == "localhost" or name in proxies() or self.settings.getbool(SETTING)

    def _public(self, address: str, name: str) -> str:
        if is_public(address):
            return address
        if name not in self.reported:
            self.reported.add(name)
            logger.error(
                "%s resolves to %s, not a public address: not requested (%s=True allows it)", name, address, SETTING
            )
        raise DNSLookupError(f"{name} resolves to {address}, not a public address")


def is_public(address: str) -> bool:
    """Whether ``address`` is public: not of this machine, its network or cloud, and not multicast.

    By the registries of IANA (RFC 6890), as in `ipaddress`; an IPv4-mapped IPv6 address counts as its IPv4 address.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast


def proxies() -> set[str]:
    """The hosts of the proxies that Scrapy's HttpProxyMiddleware uses."""
    hosts = set()
    for kind, url in getproxies().items():
        with suppress(ValueError):  # not an address, which that middleware ignores, too
            # getproxies also returns no_proxy, whose hosts are not proxies.
            hosts.add((kind != "no" and urlsplit(url if "://" in url else f"//{url}").hostname) or "")
    return hosts - {""}

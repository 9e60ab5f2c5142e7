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
    """Refuses what is no address of the internet, unless MIGRATION_PRIVATE_ADDRESSES allows it.

    Not asked are addresses (``127.0.0.1``) and ``localhost``, which only ``site`` can name, and the proxies of the
    environment. Raises DNSLookupError, through the Deferred, as for an unknown name.
    """

    settings: Any
    told: set[str]
    """Names of which it was said."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        made = super().from_crawler(crawler, reactor)
        made.settings = crawler.settings
        made.told = set()
        return made

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802  (IResolverSimple)
        found = super().getHostByName(name, timeout)
        return found if self._is_chosen(name) else found.addCallback(self._public, name)

    def _is_chosen(self, name: str) -> bool:
        """Whether the name stands in the settings of who runs this, and cannot have another meaning."""
        return isIPAddress(name) or name == "localhost" or name in proxies() or self.settings.getbool(SETTING)

    def _public(self, address: str, name: str) -> str:
        if is_public(address):
            return address
        if name not in self.told:
            self.told.add(name)
            logger.error(
                "%s resolves to %s, not a public address: not requested (%s=True allows it)", name, address, SETTING
            )
        raise DNSLookupError(f"{name} resolves to {address}, not a public address")


def is_public(address: str) -> bool:
    """Whether ``address`` can be one of a public site: not of this machine, its network or cloud, nor of many at once.

    By the registries of IANA (RFC 6890), as `ipaddress` has them; an IPv4 address in one of IPv6 counts as itself.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def proxies() -> set[str]:
    """The hosts that Scrapy's HttpProxyMiddleware asks in the place of the site."""
    found = set()
    for kind, url in getproxies().items():
        with suppress(ValueError):  # no address: that middleware passes it over too
            # The names in no_proxy, which getproxies gives as well, are those that no proxy is asked for.
            found.add((kind != "no" and urlsplit(url if "://" in url else f"//{url}").hostname) or "")
    return found - {""}

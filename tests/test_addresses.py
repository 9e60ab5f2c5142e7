"""Addresses: where a redirect is followed to."""

import pytest

from migration_spider.addresses import led_to


@pytest.mark.parametrize(
    ("source", "location", "target"),
    [
        ("http://host/a", "/b", "http://host/b"),
        ("http://host/a", "http://user:word@host/b", "http://host/b"),
        ("http://host/a", "//user@host/b", "http://host/b"),
        ("http://host/a", "http://user:word@other/b", "http://other/b"),
        ("http://host:8080/a", "http://host.:8080/b", "http://host:8080/b"),
        ("http://host/a", "http://HOST.:80/b?x=1#y", "http://host/b?x=1#y"),
        ("https://host/a", "http://host/b", "https://host/b"),
        ("https://host/a", "http://host:80/b", "https://host/b"),
        ("http://host/a", "https://host/b", "https://host/b"),
        # Another port or name is another site, which is not followed at all.
        ("https://host/a", "http://host:8080/b", "http://host:8080/b"),
        ("http://127.0.0.1/a", "http://127.1/b", "http://127.1/b"),
        ("http://host/a", "file:///etc/passwd", "file:///etc/passwd"),
        ("http://host/a", b"/caf\xc3\xa9", "http://host/caf%C3%A9"),
    ],
)
def test_a_redirect_is_followed_to_the_site_as_it_was_asked(source, location, target):
    assert target == led_to(source, location)

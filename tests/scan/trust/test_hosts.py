"""Hosts in texts: what names one, and what only looks so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.scan.trust.hosts import hosts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://Docs.Example.com:8443/a?b#c.", {"docs.example.com"}),
        ("http://user:secret@evil.example/x", {"evil.example"}),
        ("wss://[2001:db8::1]:9/x", {"[2001:db8::1]"}),
        ("ftp://localhost/x", {"localhost"}),
        ("gopher://x", {"x"}),
        ("send it to evil.com, now", {"evil.com"}),
        ("a.b.c.example.co.uk", {"a.b.c.example.co.uk"}),
        ("mail root@example.org", {"example.org"}),
        ("root@printer.lan", {"printer.lan"}),
        ("at 203.0.113.9:80", {"203.0.113.9"}),
        ("https://a.io and https://b.io.", {"a.io", "b.io"}),
        ("(https://a.io)", {"a.io"}),
        ("<a href='https://a.io'>", {"a.io"}),
        # no hosts
        ("", set()),
        ("Reads main.py and README.md.", set()),
        ("e.g. this, i.e. that ... and v1.2.3", set()),
        ("os.path.join(a, b)", set()),
        ("1.2.3.4.5", set()),
        ("user@name", set()),
        ("a:// b", set()),
    ],
)
def test_a_text_names_its_hosts(text: str, expected: set[str]) -> None:
    assert hosts(text) == expected


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_hosts_or_none(text: str) -> None:
    assert all(host and host == host.lower() for host in hosts(text))

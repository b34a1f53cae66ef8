"""What calls name, and which names are the same to whoever reads them."""

from __future__ import annotations

import pytest

from supervisor.relay.names import called, is_made_by, plain


@pytest.mark.parametrize(
    ("line", "method", "expected"),
    [
        (b'{"params":{"name":"a","arguments":{"name":"b"}}}', "tools/call", ("tool", "a")),
        (b'{"params":{"name":"a","uri":7}}', "tools/call", ("tool", "a")),
        (b'{"params":{"name":"\\ud800"}}', "tools/call", ("tool", "\ud800")),
        (b'{"params":{"name":"a"}}', "prompts/get", ("prompt", "a")),
        (b'{"params":{"name":"a","uri":"u:1"}}', "resources/read", ("resource", "u:1")),
        (b'{"params":{"uri":"u:1"}}', "resources/subscribe", ("resource", "u:1")),
        (b'{"params":{"name":7}}', "tools/call", ("tool", "")),
        (b'{"params":[]}', "tools/call", ("tool", "")),
        (b'{"method":"tools/call"}', "tools/call", ("tool", "")),
    ],
)
def test_a_call_names_what_it_is_of(line: bytes, method: str, expected: tuple[str, str]) -> None:
    assert called(line, method) == expected


@pytest.mark.parametrize("odd", ["read\u200b_file", "read_ﬁle", "\uff52ead_file", "read_file\ufe0f", "re\u00adad_file"])
def test_a_name_in_odd_signs_is_the_plain_one(odd: str) -> None:
    assert plain(odd) == "read_file"


@pytest.mark.parametrize("other", ["read_File", "re\u0430d_file", "read-file", "lire_fichier_é"])
def test_other_letters_make_another_name(other: str) -> None:
    assert plain(other) != "read_file"


@pytest.mark.parametrize(
    ("template", "uri", "expected"),
    [
        ("file:///{path}", "file:///etc/passwd", True),
        ("file:///{path}", "http://x", False),
        ("a{x}b{y}c", "a1b2c", True),
        ("a{x}b{y}c", "a12c", False),
        ("a{x}a", "a", False),
        ("fixed", "fixed", True),
        ("fixed", "other", False),
        ("{+any}", "whatever", True),
    ],
)
def test_a_template_makes_uris_with_its_fixed_parts_in_order(template: str, uri: str, *, expected: bool) -> None:
    assert is_made_by(template, uri) is expected


def test_a_template_of_many_expressions_takes_no_time() -> None:
    assert not is_made_by("a{x}" * 20_000 + "b", "a" * 100_000)

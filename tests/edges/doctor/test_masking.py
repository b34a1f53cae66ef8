"""What a report shows of secrets: nothing, in any guise, and as much as it can of everything else."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from supervisor.edges.doctor.masking import Masker, guises, secrets_of

SECRET = "Xk7/planted+secret ü9"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "abcd"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_in_base64_wherever_it_begins_there(before: str, encode: Any) -> None:
    whole = encode(f"{before}{SECRET}:after".encode()).decode()
    shown = Masker([SECRET]).text(f"it says {whole} here")
    core = encode(SECRET.encode()).decode()[4:-8]
    assert core not in shown
    assert not any(guise in shown for guise in guises(SECRET))
    assert "***" in shown


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
    ],
)
def test_a_secret_is_masked_however_it_is_written(written: str) -> None:
    shown = Masker([SECRET]).text(f"before {written} after")
    assert (written in shown, "***" in shown, shown.startswith("before")) == (False, True, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token=abc123 next", "token=*** next"),
        ("API_KEY: abc123", "API_KEY: ***"),
        ('{"password": "abc123"}', '{"password": "***"}'),
        ("Authorization: Bearer abc123", "Authorization: ***"),
        ("sent Bearer abc123def", "sent Bearer ***"),
        ("run --api-key abc123 --root /x", "run --api-key *** --root /x"),
        ("see https://anna:pw@host/path", "see https://***@host/path"),
        ("see https://host/path?x=1#y end", "see https://host/path?*** end"),
        ("a ${env:HOME} and ${NOPE:-dflt}", "a ${env:***} and ${***}"),
        ("it is Ab1cD2eF3gH4iJ5kL6mN7o", "it is ***"),
        ("\x1b[2J", "\\x1b[2J"),
        ("nothing of it: /usr/lib/python3.11/x.py 2026-11-23T02:05:06.043905Z", None),
        ("instance files#b9ffe8.6 exit status 1", None),
        ("sha256:e8cd564dfdac4ab9bd3bf1ba2fdd1cb9d9cbde0e1e5e0bbd1a5fb3a4c7ce1c6a", None),
    ],
)
def test_what_speaks_of_a_secret_or_looks_like_one_is_masked(text: str, shown: str | None) -> None:
    assert Masker([]).text(text) == (text if shown is None else shown)


def test_a_config_keeps_its_shape_and_loses_its_values() -> None:
    entry = {
        "command": "npx",
        "args": ["-y", "server", "--token", "t-1", "--key=k-1", "-e", "ANY=v-1", "NAME=visible", "${file:/x}"],
        "env": {"PLAIN": "value-1", "FROM": "${cred:GH}", "MIXED": "a${X}b", "NUMBER": 7, "GONE": None},
        "headers": {"X-Any": "h-1"},
        "url": "https://anna:pw@host:8443/hook/T0K3N?q=1",
        "isolation": {"mode": "docker", "extra_args": ["--env", "A=e-1"]},
        "oauth": {"clientSecret": "c-1", "tokens": ["t-2"]},
    }
    assert Masker([]).tree({"mcpServers": {"x": entry}})["mcpServers"]["x"] == {
        "command": "npx",
        "args": ["-y", "server", "--token", "***", "--key=***", "-e", "ANY=***", "NAME=visible", "${file:***}"],
        "env": {"PLAIN": "***", "FROM": "${cred:***}", "MIXED": "***", "NUMBER": "***", "GONE": None},
        "headers": {"X-Any": "***"},
        "url": "https://host:8443/***",
        "isolation": {"mode": "docker", "extra_args": ["--env", "A=***"]},
        "oauth": {"clientSecret": "***", "tokens": ["***"]},
    }


def test_whatever_an_entry_holds_that_may_be_secret_is_found_by_value() -> None:
    entry = {
        "args": ["--token", "t-123456", "--password=p-123456"],
        "env": {"PLAIN": "v-123456", "MODE": "production", "HOME_DIR": "/srv/x", "A_KEY": "word"},
        "headers": {"X": "h-123456"},
        "url": "https://anna:u-123456@host/s3gment/x?key=q-123456",
        "isolation": {"extra_args": ["-e", "B_TOKEN=e-123456"]},
    }
    found = set(secrets_of(entry))
    wanted = {"t-123456", "p-123456", "v-123456", "word", "h-123456", "u-123456", "s3gment", "q-123456", "e-123456"}
    assert wanted <= found
    assert not {"production", "/srv/x"} & found


@pytest.mark.parametrize(
    ("entry", "secret"),
    [
        ({"args": ["mcp-remote", "https://x", "--header", "Authorization: Bearer abcdef991122"]}, "abcdef991122"),
        ({"args": ["mcp-remote", "https://x", "--header", "X-Api-Key: qwertyqwerty"]}, "qwertyqwerty"),
        ({"args": ["mcp-remote", "--header=Authorization:Basic qwertyqwerty"]}, "qwertyqwerty"),
        ({"env": {"AUTH_HEADER": "Bearer tokentok12"}}, "tokentok12"),
        ({"headers": {"X-Any": "Token tokentok12"}}, "tokentok12"),
        ({"args": ["run", "-e", "PGCONN=hunter2hunter2!"]}, "hunter2hunter2!"),
        ({"args": ["run", "--env=PG=hunter3 hunter3"]}, "hunter3 hunter3"),
        ({"args": ["run", "-ePG=hunter4/hunter4"]}, "hunter4/hunter4"),
        ({"isolation": {"extra_args": ["--env", "PG=hunter5+hunter5"]}}, "hunter5+hunter5"),
    ],
)
def test_a_server_that_prints_its_credentials_bare_gives_nothing_away(entry: dict[str, Any], secret: str) -> None:
    mask = Masker(secrets_of(entry))
    assert mask.text(f"using {secret} now") == "using *** now"
    assert secret not in json.dumps(mask.tree(entry))
    assert secret not in json.dumps(Masker([]).tree(entry))


@pytest.mark.parametrize("name", ["env", "headers"])
def test_variables_in_any_form_lose_their_values(name: str) -> None:
    assert Masker([]).tree({name: ["A=v-123456", "B"]}) == {name: ["***", "***"]}
    assert Masker([]).tree({name: "A=v-123456"}) == {name: "***"}
    assert set(secrets_of({name: ["A=v-123456"]})) == {"v-123456"}
    assert set(secrets_of({name: {"PIN": 12345678, "ON": True, "NONE": None}})) == {"12345678"}


def test_numbers_and_truth_values_stay_as_they_are() -> None:
    plain = {"pid": 7, "is_live": True, "seconds": 0.5, "none": None, "list": [1, False]}
    assert Masker(["7.0000", "True  "]).tree(plain) == plain


def test_what_is_too_short_to_be_a_secret_hides_nothing() -> None:
    assert list(guises("short")) == []
    assert Masker(["short"]).text("a short word") == "a short word"

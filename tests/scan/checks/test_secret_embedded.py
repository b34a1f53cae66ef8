"""secret.embedded: credentials that open something, made here so that none stands in a file."""

import base64
import json
import random
import zlib

import pytest
from fakes.checked import hits, told

from supervisor.scan.checks.secret_embedded import CHECK

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DRAWN = random.Random(7)


def drawn(count: int, signs: str = BASE62) -> str:
    return "".join(DRAWN.choices(signs, k=count))


def checked(prefix: str) -> str:
    body = drawn(30)
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return prefix + body + digits.rjust(6, "0")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(**claims: object) -> str:
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{drawn(43)}"


SHOWN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
"""The token that jwt.io shows."""
HEX = "0123456789abcdef"
LIVE = {
    "github": checked("ghp_"),
    "github app": checked("ghs_"),
    "github fine": f"github_pat_{drawn(22)}_{drawn(59)}",
    "npm": checked("npm_"),
    "gitlab": f"glpat-{drawn(20)}",
    "aws": "AKIA" + drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "slack": f"xoxb-{drawn(12, '123456789')}-{drawn(12, '123456789')}-{drawn(24)}",
    "slack hook": f"https://hooks.slack.com/services/T{drawn(9, BASE62[:36])}/B{drawn(9, BASE62[:36])}/{drawn(24)}",
    "stripe": f"sk_live_{drawn(24)}",
    "google": f"AIza{drawn(35)}",
    "openai": f"sk-proj-{drawn(40)}T3BlbkFJ{drawn(40)}",
    "anthropic": f"sk-ant-api03-{drawn(93)}AA",
    "pypi": f"pypi-AgE{drawn(120)}",
    "huggingface": f"hf_{drawn(34, BASE62[10:])}",
    "sendgrid": f"SG.{drawn(22)}.{drawn(43)}",
    "telegram": f"{drawn(9, '123456789')}:AA{drawn(33)}",
    "digitalocean": f"dop_v1_{drawn(64, HEX)}",
    "databricks": f"dapi{drawn(32, HEX)}",
    "linear": f"lin_api_{drawn(40)}",
    "azure": f"AccountKey={drawn(86)}==",
    "jwt": jwt(sub="ada", exp=2_000_000_000),
    "discord": f"{base64.b64encode(b'214748364712345678').decode().rstrip('=')}.{drawn(6)}.{drawn(38)}",
    "private_key": f"-----BEGIN RSA PRIVATE KEY-----\n{drawn(64)}\n{drawn(64)}\n-----END RSA PRIVATE KEY-----",
    "url": f"postgres://app:{drawn(16)}@db.internal.net/shop",
    "assigned": f"api_key = '{drawn(32)}'",
    "assigned bearer": f"Authorization: Bearer {drawn(40)}",
    "assigned json": f'{{"client_secret": "{drawn(28)}9a"}}',
}


@pytest.mark.parametrize("kind", LIVE)
def test_a_live_credential_is_told_softly(kind: str) -> None:
    found = told(CHECK, f"Uses {LIVE[kind]} to log in.")
    assert ("soft", kind.partition(" ")[0]) in found


def test_only_the_first_signs_of_it_are_told() -> None:
    (hit,) = hits(CHECK, f"Uses {LIVE['stripe']}.")
    assert LIVE["stripe"] not in hit.evidence
    assert hit.evidence == LIVE["stripe"][:12] + "…"


@pytest.mark.parametrize(
    "text",
    [
        "Adds numbers.",
        "ghp_" + drawn(36),  # whose checksum does not agree
        "npm_" + drawn(36),
        "ghp_" + "x" * 36,
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "sk_live_" + "x" * 24,
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
        "AIza" + "0" * 35,
        "xoxb-your-token-here",
        "glpat-xxxxxxxxxxxxxxxxxxxx",
        SHOWN,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + drawn(64) + "\n-----END PUBLIC KEY-----",
        "api_key=YOUR_API_KEY_GOES_HERE_1",
        "token: <your token of 32 characters>",
        "password=correct-horse-battery-staple1",
        "secret: projects/my-project/secrets/name/versions/1",
        "api_key=abcdefghijklmnop1234567890",
        "token = response.headers.get_authorization2",
        "postgres://user:password@localhost:5432/db",
        "postgres://user:${PASSWORD}@localhost/db",
        "The API key secret is read from the variable STOCKADE_API_KEY_2024",
        "550e8400-e29b-41d4-a716-446655440000",
        "next_token: the cursor; page_token=page2ofmanypages",
    ],
)
def test_a_documented_sample_is_not(text: str) -> None:
    assert told(CHECK, text) == []


def test_a_token_of_no_algorithm_or_of_no_json_is_not() -> None:
    unsigned = f"{part({'alg': 'none'})}.{part({'sub': 'ada'})}.{drawn(43)}"
    garbled = f"eyJ{drawn(20)}.eyJ{drawn(20)}.{drawn(43)}"
    nested = base64.urlsafe_b64encode(b'{"a": ' + b"[" * 1400).decode() + f".eyJ{drawn(20)}.{drawn(43)}"
    assert [told(CHECK, text) for text in (unsigned, garbled, nested)] == [[], [], []]


def test_a_pattern_is_no_credential() -> None:
    assert told(CHECK, "x", inputSchema={"properties": {"a": {"pattern": LIVE["stripe"]}}}) == []

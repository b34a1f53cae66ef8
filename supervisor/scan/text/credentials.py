"""Credentials by their format: what issuers put into their tokens so that they can be told from other texts.

Where a format has a checksum it decides. GitHub's and npm's tokens end with the CRC-32 of what precedes, in base 62
(GitHub, “Behind GitHub's new authentication token formats”, 2021; npm, “new access token format”, 2021). A JSON Web
Token is one if its header is JSON that names an algorithm (RFC 7519). A Discord token begins with its user's number in
base64 (Discord, reference, authentication). All other formats are told by prefix, alphabet and length, from their
issuers' documentation, and by looking drawn by lot: enough bits a sign, no rows of the alphabet or of one sign.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from supervisor.scan.text.lazy import lazy

_ENTROPY = 3.0
"""Bits a sign (Shannon); 32 hexadecimal digits drawn by lot have 3.3 or more in 99 of 100 cases."""
_ENTROPY_ASSIGNED = 3.5
_ROW = 6
"""Signs that follow one another, as in `abcdef` or `000000`: a value of which half is such rows is nobody's secret."""
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = lazy(
    r"example|sample|dummy|fake|placeholder|redacted|changeme|change_me|replace|your[_-]?|insert|secret[_-]?key|xxxx|\*\*\*"
    r"|\.\.\.|<|>|\$\{|\{\{|(?:test|demo)[_-]|[_-](?:here|test|demo)|1234567890|0123456789|abcdefgh|deadbeef",
    re.IGNORECASE,
)
"""What a documented sample says of itself."""
_KNOWN_SAMPLES = lazy(r"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.eyJzdWIiOiIxMjM0NTY3ODkw|4eC39HqLyjWDarjtT1zdp7dc")
"""The token that jwt.io shows, and the test key of Stripe's documentation."""


class Credential(NamedTuple):
    """A credential in a text, and what it opens."""

    format: str
    start: int
    end: int
    is_checked: bool
    """Its own checksum or structure agrees."""


def _crc_agrees(token: str) -> bool:
    body = token.partition("_")[2]
    number, digits = zlib.crc32(body[:-6].encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return body[-6:] == digits


def _is_jwt(token: str) -> bool:
    try:
        header, claims = (json.loads(_unpadded(part)) for part in token.split(".")[:2])
    except (ValueError, RecursionError):
        return False
    is_told = isinstance(header, dict) and isinstance(claims, dict) and isinstance(header.get("alg"), str)
    return is_told and str(claims.get("sub")) != "1234567890" and header["alg"].lower() != "none"


def _unpadded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError from error


def _is_discord(token: str) -> bool:
    try:
        return _unpadded(token.partition(".")[0]).isdigit()
    except ValueError:
        return False


def _is_key_block(block: str) -> bool:
    body = re.sub(r"-----[^-]{1,60}-----|\s|\\n|\\r|Proc-Type:[^\n]{0,40}|DEK-Info:[^\n]{0,80}", "", block)
    return len(body) >= 64 and not re.search(r"\.\.\.|…|\*\*|<|xxxx", body)


_FORMATS: tuple[tuple[str, str, Callable[[str], bool] | None], ...] = (
    ("github", r"\bgh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9])", _crc_agrees),
    ("npm", r"\bnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])", _crc_agrees),
    ("jwt", r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,1000}", _is_jwt),
    ("discord", r"\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])", _is_discord),
    ("private_key", r"-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----[^-]{40,8000}", _is_key_block),
    ("github", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])", None),
    ("gitlab", r"\bgl(?:pat|dt|rt|cbt|ptt|agent|oas|soat|imt|ft)-[\w-]{20,300}(?:\.[\w.]{9,20})?", None),
    ("aws", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])", None),
    ("slack", r"\bxox[abeoprs]-(?:\d{1,2}-)?\d{6,14}-[\w-]{10,200}", None),
    ("slack", r"\bxapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[a-f0-9]{32,64}", None),
    ("slack", r"\bhooks\.slack\.com/(?:services|workflows)/[TE][A-Z0-9]{6,12}/[A-Z0-9/]{8,24}/\w{20,30}", None),
    ("stripe", r"\b[sr]k_live_[A-Za-z0-9]{24,247}", None),
    ("google", r"\bAIza[\w-]{35}(?![\w-])|\bGOCSPX-[\w-]{28}(?![\w-])|\bya29\.[\w-]{40,400}", None),
    ("openai", r"\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,100}T3BlbkFJ[\w-]{20,100}", None),
    ("anthropic", r"\bsk-ant-(?:api|admin|oat)\d\d-[\w-]{80,120}", None),
    ("pypi", r"\bpypi-AgE[\w-]{50,400}", None),
    ("huggingface", r"\bhf_[A-Za-z]{34}(?![A-Za-z0-9])", None),
    ("sendgrid", r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])", None),
    ("twilio", r"\b(?:SK|AC)[0-9a-f]{32}(?![0-9a-f])", None),
    ("telegram", r"\b\d{8,10}:AA[\w-]{33}(?![\w-])", None),
    ("digitalocean", r"\bdo[opr]_v1_[a-f0-9]{64}(?![a-f0-9])", None),
    ("shopify", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}(?![a-fA-F0-9])", None),
    ("linear", r"\blin_api_[A-Za-z0-9]{40}(?![A-Za-z0-9])", None),
    ("notion", r"\bntn_[A-Za-z0-9]{40,60}", None),
    ("databricks", r"\bdapi[a-f0-9]{32}(?![a-f0-9])", None),
    ("vault", r"\bhv[sb]\.[\w-]{90,300}", None),
    ("age", r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", None),
    ("azure", r"\bAccountKey=[A-Za-z0-9+/]{86}==", None),
)  # fmt: skip
_DIGIT = lazy("[0-9]")
_WORD = 16
"""Signs of the shortest word that can be a credential."""
_COMPILED = tuple((name, lazy(pattern), agrees) for name, pattern, agrees in _FORMATS)
_ASSIGNED = lazy(
    r"(?:api[_-]?key|secret|token|passw(?:or)?d|pwd|credential|private[_-]?key|access[_-]?key|bearer)s?"
    r"[\"'`]{0,2}\s{0,3}(?:[:=]|=>|\s)\s{0,3}[\"'`]?(?P<value>[A-Za-z0-9+/_.~-]{16,200}={0,2})(?![\w(\[{])",
    re.IGNORECASE,
)
_IN_URL = lazy(r"\b[a-z][a-z0-9+]{2,20}://[\w.%-]{1,60}:(?P<value>[^\s:/@\"'<>{}$]{8,100})@[\w.-]{3,100}")


def may_have_credential(text: str) -> bool:
    """Whether a closer look is worth while: a long word with a digit, as nearly all credentials have."""
    long = [word for word in text.split() if len(word) >= _WORD]
    return any(map(_DIGIT.search, long)) or "hf_" in text


def credentials(text: str) -> Iterator[Credential]:
    """What opens something, in a text: formats first, then what is assigned to a name that says so."""
    for name, pattern, agrees in _COMPILED:
        for found in pattern.finditer(text):
            if _is_live(found[0], agrees):
                yield Credential(name, *found.span(), is_checked=agrees is not None)
    for found in _ASSIGNED.finditer(text):
        if _is_drawn(found["value"]):
            yield Credential("assigned", *found.span(), is_checked=False)
    if "://" in text and "@" in text:
        for found in _IN_URL.finditer(text):
            if _looks_drawn(found["value"], 2.8) and not re.fullmatch(r"[a-z_-]+", found["value"], re.IGNORECASE):
                yield Credential("url", *found.span(), is_checked=False)


def _is_live(token: str, agrees: Callable[[str], bool] | None) -> bool:
    if _KNOWN_SAMPLES.search(token):
        return False
    return agrees(token) if agrees else _looks_drawn(token, _ENTROPY)


def _is_drawn(value: str) -> bool:
    """Whether an assigned value looks drawn by lot: letters and digits mixed, no path, no words in a row."""
    has_both = len(_DIGIT.findall(value)) > 1 and re.search(r"[A-Za-z]", value) is not None
    is_path = value.count("/") > 1 or value.count(".") > 2 or re.search(r"[a-z]{4,}[_.-][a-z]{4,}", value) is not None
    return has_both and not is_path and _looks_drawn(value, _ENTROPY_ASSIGNED)


def _looks_drawn(value: str, least: float) -> bool:
    return not _SAMPLE.search(value) and 2 * _in_rows(value) < len(value) and _entropy(value) >= least


def _entropy(value: str) -> float:
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def _in_rows(value: str) -> int:
    """How many signs stand in rows as of the alphabet, or of one sign."""
    inside, run = 0, 1
    for one, other in zip(value, f"{value[1:]}\0", strict=True):
        if ord(other) - ord(one) in (0, 1):
            run += 1
            continue
        inside += run if run >= _ROW else 0
        run = 1
    return inside

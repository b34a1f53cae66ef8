"""Keeping secrets out of a report that is handed to others: by value in every guise, by name, and by their looks.

A report leaves the machine, so it is masked further than what is printed here. Too much is masked rather than too
little: every variable's value of every server, what stands behind a name that speaks of a secret, and long words that
look drawn by lot. What is none of these cannot be told from any other word; whoever sends a report reads it before.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlsplit

from supervisor.config.redact import MASK, SHORTEST, Redactor, looks_secret, secrets_in, without_scheme
from supervisor.escaping import printable
from supervisor.scan.text.credentials import credentials

VALUES_ALWAYS = frozenset({"env", "headers", "environment", "inputs"})
"""Objects of a config of which nothing but the names is shown."""
WORD_LISTS = frozenset({"args", "extra_args", "command", "argv"})
_VARIABLE_OPTIONS = ("-e", "--env")
_VARIABLE_IN_OPTION = re.compile(r"(?:-e=?|--env=)([A-Za-z_]\w*=.*)", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_]\w*=")
_REFERENCE = re.compile(r"\$\{(?:([a-z]+):)?[^}]*\}")
_ASSIGNED = re.compile(
    r"""([A-Za-z][\w-]*)(["']?\s*(?:=>|=|:)\s*["']?)((?:[Bb]earer |[Bb]asic )?[^\s"',;}]+)"""
)  # fmt: skip
_OPTION = re.compile(r"""(--?[A-Za-z][\w-]*)(\s+)([^\s"',;}-][^\s"',;}]*)""")
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE)
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE)
_QUERY = re.compile(r"([a-z][a-z0-9+.-]*://[^\s\"'?#]+)[?#][^\s\"']*", re.IGNORECASE)
_DRAWN = re.compile(r"(?<![\w=-])(?=[\w=-]*[a-z])(?=[\w=-]*[A-Z])(?=[\w=-]*\d)[\w=-]{20,}")
"""A word of small and capital letters and digits: hardly any other word of that length has all three."""
_PLAIN_WORD = re.compile(r"[a-z]{1,12}|/.*")
"""Values of variables that are words or paths like any other, unless their name says otherwise."""


class Masker:
    """Masks texts and trees of plain data."""

    def __init__(self, values: Iterable[str]) -> None:
        self._redactor = Redactor(shape for value in values for shape in guises(value))

    def text(self, text: str) -> str:
        """The text without secrets, and without any sign that could steer a terminal."""
        text = self._redactor.redact(text)
        for one in sorted(credentials(text), key=lambda found: -found.start):
            text = text[: one.start] + MASK + text[one.end :]
        text = _REFERENCE.sub(_reference, text)
        text = _QUERY.sub(rf"\1?{MASK}", _USERINFO.sub(rf"\1{MASK}@", text))
        text = _OPTION.sub(_assigned, _ASSIGNED.sub(_assigned, _SCHEME.sub(rf"\1 {MASK}", text)))
        return printable(_DRAWN.sub(MASK, text))

    def tree(self, value: Any, name: str = "") -> Any:
        """The same for everything in plain data; `name` is the key that it stands under."""
        match value:
            case str():
                return self._named(name, value)
            case Mapping():
                if name in VALUES_ALWAYS:
                    return {self.text(str(key)): _hidden(one) for key, one in value.items()}
                return {self.text(str(key)): self.tree(one, str(key)) for key, one in value.items()}
            case list() | tuple() if name in VALUES_ALWAYS:
                return [MASK for _ in value]
            case list() | tuple():
                is_words = name in WORD_LISTS and all(isinstance(one, str) for one in value)
                return self.words(value) if is_words else [self.tree(one, name) for one in value]
            case bool() | None:
                return value
            case _:
                return MASK if name and looks_secret(name) and not isinstance(value, int | float) else value

    def _named(self, name: str, value: str) -> str:
        if name and looks_secret(name):
            return str(_hidden(value))
        if name in VALUES_ALWAYS:
            return MASK
        return self.url(value) if name in ("url", "serverUrl") else self.text(value)

    def words(self, words: Sequence[str]) -> list[str]:
        """A command line: what follows an option or a variable with such a name, and secrets within words."""
        shown: list[str] = []
        before = ""
        for word in words:
            name, has_value, _ = word.partition("=")
            if before.startswith("-") and "=" not in before and looks_secret(before):
                shown.append(MASK)
            elif has_value and (before in _VARIABLE_OPTIONS or looks_secret(name)):
                shown.append(f"{self.text(name)}={MASK}")
            elif given := next(_given([word]), ""):
                shown.append(f"{self.text(word.removesuffix(given))}{self.text(given.partition('=')[0])}={MASK}")
            else:
                shown.append(self.text(word))
            before = word
        return shown

    def url(self, text: str) -> str:
        """Where it leads, and nothing of its path: some services put a token there."""
        try:
            parts = urlsplit(text)
            where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        except ValueError:
            return MASK
        return self.text(where) + (f"/{MASK}" if parts.path.strip("/") or parts.query else "")


def guises(value: str) -> Iterator[str]:
    """A secret as it is, and as it is written elsewhere: in base64 wherever it begins there, in hex, in a URL."""
    if len(value) < SHORTEST:
        return
    data = value.encode("utf-8", "surrogateescape")
    yield value
    yield quote(value, safe="", errors="replace")
    yield data.hex()
    yield data.hex().upper()
    for offset in range(3):
        begin, end = -(-8 * offset // 6), 8 * (offset + len(data)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(offset) + data).decode()[begin:end]


def secrets_of(entry: Any) -> Iterator[str]:
    """What may be a secret in a server's entry as it is written, by its place and name; values of any length."""
    if not isinstance(entry, Mapping):
        return
    for name in VALUES_ALWAYS & entry.keys():
        for value in _values(entry[name]):
            yield value
            yield from without_scheme(value)
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from secrets_of(value)
        elif isinstance(value, str) and looks_secret(str(key)):
            yield value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            yield from secrets_in({}, value)
            yield from _values(list(_given(value)))
    url = entry.get("url")
    if isinstance(url, str):
        yield from _secrets_of_url(url)


def _given(words: Sequence[str]) -> Iterator[str]:
    """The variables that a command line gives, as `NAME=value`, behind an option or in one word with it."""
    for word, following in pairwise([*words, ""]):
        inside = _VARIABLE_IN_OPTION.fullmatch(word)
        given = following if word in _VARIABLE_OPTIONS else inside[1] if inside else ""
        if _VARIABLE.match(given):
            yield given


def _values(given: Any) -> Iterator[str]:
    """Values of variables, as an object or as a list of `NAME=value`."""
    pairs = [str(one).partition("=")[::2] for one in given] if isinstance(given, list) else ()
    for key, value in given.items() if isinstance(given, Mapping) else pairs:
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if text and (looks_secret(str(key)) or not _PLAIN_WORD.fullmatch(text)):
            yield text


def _secrets_of_url(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        yield from filter(None, (parts.username, parts.password, parts.query, parts.fragment))
    except ValueError:
        return
    yield from (pair.partition("=")[2] for pair in parts.query.split("&"))
    yield from (one for one in parts.path.split("/") if re.search(r"\d", one) and len(one) >= SHORTEST)


def _reference(found: re.Match[str]) -> str:
    return f"${{{found[1]}:{MASK}}}" if found[1] else f"${{{MASK}}}"


def _assigned(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{MASK}" if looks_secret(found[1]) else found[0]


def _hidden(value: Any) -> Any:
    """Nothing of a value but whether it is a reference, and of which kind."""
    if not isinstance(value, str):
        return value if isinstance(value, bool) or value is None else MASK
    whole = _REFERENCE.fullmatch(value)
    return _reference(whole) if whole else MASK

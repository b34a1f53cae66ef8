"""Keeping secrets out of everything that people read: by value, wherever the value came from.

What counts as a secret: every value that came in through `${…}`, every value in `env` whose name looks like a secret's,
and what an argument list says behind an option with such a name, in `NAME=value` or `NAME: value`, or as the password
of a URL; of what is sent as `Bearer …` or `Basic …` also that alone. Values shorter than six characters are left alone:
they would blot out half of every log, and hide nothing worth guessing at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

MASK = "***"
SHORTEST = 6
"""Characters from which on a value is masked."""
SHORTEST_LINE = 16
"""Characters from which on a single line of a value of several lines is masked: logs are read line by line."""

SECRET_WORDS = frozenset({
    "apikey", "auth", "authorization", "bearer", "cookie", "credential", "credentials", "dsn", "jwt", "key", "keys",
    "pass", "passphrase", "passwd", "password", "pat", "secret", "secrets", "token", "tokens",
})  # fmt: skip

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/@:]*:([^\s@]+)@", re.IGNORECASE)
_OPTION = re.compile(r"--?([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)
_ASSIGNMENT = re.compile(r"(?:--?[A-Za-z][\w-]*=)?([A-Za-z_]\w*)=(.*)", re.DOTALL)
"""What `docker run -e` and `env` take."""


_HEADER = re.compile(r"(?:--?[A-Za-z][\w-]*=)?([A-Za-z][\w-]*):\s*(.*)", re.DOTALL)
"""What `mcp-remote --header` and `curl -H` take."""
_SCHEME = re.compile(r"\s*(?:Bearer|Basic|Token)\s+(\S+)\s*", re.IGNORECASE)


class Redactor:
    """Replaces every known secret in a text by `***`; the longest one wins where several begin at one place."""

    def __init__(self, values: Iterable[str]) -> None:
        self._shapes: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(values)

    def learn(self, values: Iterable[str]) -> None:
        """Replace these as well from now on; what was a secret once stays one."""
        fresh = {shape for value in values for shape in _shapes(value)} - self._shapes
        if fresh:
            self._shapes |= fresh
            longest_first = sorted(self._shapes, key=lambda shape: (-len(shape), shape))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """The text without any of the secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text


def _shapes(value: str) -> Iterator[str]:
    """The ways in which one secret can show up: as it is, inside JSON, escaped, and line by line."""
    if len(value) < SHORTEST:
        return
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield value.encode("utf-8", "backslashreplace").decode()
    yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= SHORTEST_LINE)


def looks_secret(name: str) -> bool:
    """Whether a variable or option of that name probably holds a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    return any(word in SECRET_WORDS or word.endswith(("token", "secret", "password", "apikey")) for word in words)


def secrets_in(env: Mapping[str, str], args: Sequence[str]) -> Iterator[str]:
    """The secrets that stand openly in a server's variables and arguments."""
    for value in _named(env, args):
        yield value
        yield from without_scheme(value)
    for text in (*env.values(), *args):
        yield from _URL_PASSWORD.findall(text)


def without_scheme(value: str) -> Iterator[str]:
    """The credentials of a header's value without their scheme: a server may print them so."""
    scheme = _SCHEME.fullmatch(value)
    if scheme:
        yield scheme[1]


def _named(env: Mapping[str, str], args: Sequence[str]) -> Iterator[str]:
    """Values that stand behind a secret's name."""
    for name, value in env.items():
        if looks_secret(name):
            yield value
    for argument, following in pairwise([*args, ""]):
        option = _OPTION.fullmatch(argument)
        if option and looks_secret(option[1]):
            yield following if option[2] is None else option[2]
        for form in (_ASSIGNMENT, _HEADER):
            named = form.fullmatch(argument)
            if named and looks_secret(named[1]):
                yield named[2]


def worth_masking(values: Iterable[str]) -> tuple[str, ...]:
    """Each of the values once, without those that are too short."""
    return tuple(dict.fromkeys(value for value in values if len(value) >= SHORTEST))

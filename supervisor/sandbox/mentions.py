"""Paths and network addresses that a text mentions, told from the words around them. Pure.

The text is what some program wrote, so nothing here goes back over what it has seen: every function is linear in it.
"""

from __future__ import annotations

from collections.abc import Iterator

_QUOTES = {"'": "'", '"': '"', "`": "`", "\u2018": "\u2019", "\u201c": "\u201d", "\u00ab": "\u00bb"}
_OPENS_BEHIND = " \t=:,([{<>\\"
_CLOSES_BEFORE = " \t,.:;)]}>\"'`\\"
_PATH_BEHIND = " \t=,([{<>@|\"'`\u2018\u201c\u00ab"
_PUNCTUATION = " \t.,;:)]}>'\"`\u2019\u201d\u00bb"
_OF_A_FILE = ("file", "unix")
"""Schemes of addresses that are paths."""
_HOST_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:*%")
_MOST_WORDS = 100
HIGHEST_PORT = 65535


def quoted(text: str) -> Iterator[str]:
    """What stands in quotes, of whatever kind; a quote within a word is an apostrophe."""
    unclosed: set[str] = set()
    at = 0
    while at < len(text):
        closing = _QUOTES.get(text[at])
        if closing and closing not in unclosed and (at == 0 or text[at - 1] in _OPENS_BEHIND):
            end = _closed(text, at + 1, closing)
            if end > 0:
                yield text[at + 1 : end]
                at = end
            else:
                unclosed.add(closing)  # nor is any later one of its kind
        at += 1


def _closed(text: str, start: int, closing: str) -> int:
    end = text.find(closing, start)
    while end >= 0 and not (end + 1 == len(text) or text[end + 1] in _CLOSES_BEFORE):
        end = text.find(closing, end + 1)
    return end


def absolute(text: str) -> tuple[str, ...]:
    """The first absolute path that stands without quotes: up to the end of the text, and up to the next blank."""
    at = _start(text)
    if at < 0:
        return ()
    rest = text[at:]
    return tuple(dict.fromkeys(path for path in (_bare(rest), _bare(rest.split(None, 1)[0])) if path))


def _start(text: str) -> int:
    at = text.find("/")
    while at >= 0:
        if text[at : at + 2] == "//" and text[at - 1 : at] == ":":
            scheme = text[:at].rpartition(" ")[2]
            if scheme.strip(_PUNCTUATION + "(<[{").endswith(_OF_A_FILE) and text[at + 2 : at + 3] == "/":
                return at + 2
            blank = text.find(" ", at)
            at = text.find("/", blank) if blank > 0 else -1
        elif at == 0 or text[at - 1] in _PATH_BEHIND:
            return at
        else:
            at = text.find("/", at + 1)
    return -1


def _bare(path: str) -> str:
    return path.rstrip(_PUNCTUATION) or ("/" if path.startswith("/") else "")


def paths(text: str) -> tuple[str, ...]:
    """Absolute paths: those in quotes, or else the first without."""
    within = tuple(dict.fromkeys(_bare(word) if word == "/" else word for word in quoted(text) if word.startswith("/")))
    return within or absolute(text)


def relative(text: str) -> tuple[str, ...]:
    """Names without their folder: what stands in quotes, or else the last word, if a dot or slash in it says *file*."""
    within = tuple(word for word in quoted(text) if word and "\n" not in word and "://" not in word)
    if within:
        return within
    word = text.rsplit(maxsplit=1)[-1].strip(_PUNCTUATION) if text.split() else ""
    return (word,) if "." in word[1:-1] or "/" in word else ()


def endpoint(text: str) -> str:
    """The first `host:port`, `:port` or `host port N` in the text; empty if there is none."""
    words = [word.strip(" ,;()'\"`<>\u2018\u2019\u201c\u201d") for word in text.split(maxsplit=_MOST_WORDS)]
    for number, word in enumerate(words):
        if port_of(word):
            return word
        if word == "port" and number and number + 1 < len(words) and port_of(f":{words[number + 1]}"):
            return f"{words[number - 1]}:{words[number + 1]}"
    return ""


def port_of(address: str) -> int:
    """The port of `host:port` or `:port`; 0 if that is not what it is."""
    host, colon, port = address.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and len(port) <= 5):
        return 0
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    number = int(port)
    return number if set(bare) <= _HOST_SIGNS and 0 < number <= HIGHEST_PORT else 0


def host(text: str) -> str:
    """The first word of the text, if it can be the name of a host; empty otherwise."""
    word = next(iter(text.split()), "").strip(" .,;:()'\"`<>\u2018\u2019\u201c\u201d")
    is_name = "." in word or word == "localhost"
    return word if is_name and set(word) <= _HOST_SIGNS else ""

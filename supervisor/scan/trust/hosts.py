"""Which hosts a text names: addresses with a scheme, names that look like hosts, numbers of IPv4 and IPv6."""

from __future__ import annotations

from supervisor.scan.text.lazy import lazy

_WITH_SCHEME = lazy(
    r"[a-z][a-z0-9+.-]{1,15}://(?:[^\s/?#@\"'<>]{0,200}@)?(\[[0-9a-f:.]{2,45}\]|[^\s/?#:@\"'<>()\\]{1,253})"
)
_BARE = lazy(
    r"(?<![\w.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:com|net|org|edu|gov|info|biz|io|dev|app|ai|co|me|tv|cc|xyz|site|online|top|club|live|cloud|tech|page|link"
    r"|ru|cn|uk|de|fr|eu|us|in|jp|kr|br|nl|pl|ir|su|to|ly|gg|onion|local|internal))(?![\w-])"
)
_IPV4 = lazy(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.]*\d)")
_AT = lazy(r"@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})")


def hosts(text: str) -> frozenset[str]:
    """The hosts named in a text, in lower case and without ports. Linear in the text's length."""
    lower = text.lower()
    if "." not in lower and "://" not in lower:
        return frozenset()
    found = {host.rstrip(".") for pattern in (_WITH_SCHEME, _BARE, _IPV4, _AT) for host in pattern.findall(lower)}
    return frozenset(host for host in found if host)

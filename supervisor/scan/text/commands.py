"""Commands that no definition has a reason to carry, told by the shape of what they do.

Shapes, not programs: what is fetched and run at once; a shell that is handed to an address; a file of secrets on its
way out; what is deleted from the root or the home; what is made to start again with the machine. All patterns are for
folded text (fold.py): lower case, blanks collapsed. Their gaps are bounded and stay within a line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from supervisor.scan.text.fold import fold
from supervisor.scan.text.lazy import lazy

_GET = r"\b(?:curl(?:\.exe)?|wget|aria2c|lwp-download|iwr|irm|invoke-webrequest|invoke-restmethod)\b"
_BEFORE_SHELL = r"(?:sudo (?:-\S{1,20} ){0,3})?(?:env (?:\S{1,40} ){0,3})?(?:nohup )?(?:/[\w/]{1,30}/)?"
_SHELL = (
    _BEFORE_SHELL
    + r"(?:(?:ba|z|da|k|a|fi|c|tc)?sh|python[\d.]{0,4}|perl|ruby|node|php|iex|invoke-expression|powershell"
    r"|pwsh|cmd)\b(?!\()"
)
_PRIVATE = (
    r"(?:\.ssh\b|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.aws/|\.gnupg|\.kube/config|\.docker/config|\.netrc\b|\.npmrc\b"
    r"|\.pypirc\b|\.git-credentials|\.(?:bash|zsh)_history|\.env\b(?!\.example)|/etc/(?:passwd|shadow|sudoers)"
    r"|wallet\.dat|\.config/gcloud|/mcp\.json|claude_desktop_config|/proc/(?:self|\d{1,7})/environ)"
)
_SEND = r"(?:\b(?:curl|wget|nc|ncat|netcat|socat|telnet|mail|sendmail)\b|/dev/tcp/)"
_PRECIOUS = (
    r"""["']?(?:/(?=[\s"'*;&|)`]|$)|~|\$home\b|\$\{home\}|%userprofile%|/(?:home|etc|usr|var|boot|bin|lib|root|opt)\b"""
    r"""|\*(?=[\s"';&|)`]|$)|\.(?=[\s;&|]|$)|c:\\)"""
)
_STARTS = r"(?:chmod (?:[ugoa]{0,4}\+[rws]{0,3}x|[0-7]?7)|(?:ba|z|da)?sh |\./|start-process)"
_UPLOAD = r"(?:@|\$\(\s?\w{2,8} |`\w{2,8} |<|-t |-file[= ])"
_SHAPES = {
    "fetch_run": (
        rf"{_GET}[^\n|]{{0,160}}\|(?:[^\n|]{{0,60}}\|){{0,2}}\s?{_SHELL}",
        rf"(?:\b(?:ba|z|da)?sh(?: -\w{{1,6}})?|\beval|\bsource|(?<!\w)\.) ?[\"']?(?:\$\(|<\(|`)\s?{_GET}",
        rf"{_GET}[^\n]{{0,160}}(?:;|&&|\|\|) ?(?:sudo )?{_STARTS}",
        r"\bcertutil\b[^\n]{0,60}-urlcache|\bbitsadmin\b[^\n]{0,40}/transfer|\brundll32\b[^\n]{0,60}javascript:",
        r"\bmshta(?:\.exe)? [\"']?(?:https?|javascript|vbscript):|\bregsvr32\b[^\n]{0,40}/i:https?",
        r"\b(?:iex|invoke-expression)\b[^\n]{0,60}(?:downloadstring|iwr|irm|invoke-webrequest|net\.webclient|frombase64)",
        r"\.downloadstring\([^\n]{0,200}\|\s?(?:iex|invoke-expression)",
    ),
    "encoded_run": (
        r"\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]{0,100}\s-e(?:nc|ncodedcommand|c|n)?\s+[\"']?[a-z0-9+/=]{16}",
        rf"\b(?:base64|openssl (?:enc|base64)|xxd|rev|gunzip|zcat)\b[^\n|]{{0,100}}\|\s?{_SHELL}",
        r"\b(?:eval|exec)\b\s?\([^\n]{0,60}\b(?:atob|b64decode|fromcharcode|base64_decode|unhexlify|decompress|fromhex)\b",
        r"\b(?:ba|z)?sh\b[^\n]{0,60}\$\{?ifs\}?|\b\w{2,8}\$\{?ifs\}?\S",
        r"\b(?:fetch|get|urlopen)\([^\n]{0,160}\bthen\(eval\)",
        r"\b(?:eval|exec)\b\s?\([^\n]{0,60}(?:buffer\.from|codecs\.decode|requests\.get|urlopen|fetch)\(",
    ),
    "reverse_shell": (
        r"/dev/(?:tcp|udp)/[\w.${}\[\]:-]{1,60}/\S",
        r"\b(?:nc|ncat|netcat)(?:\.exe|\.traditional)?\b[^\n|;]{0,60}\s(?:-[a-z]{0,5}[ec]|--(?:sh-)?exec)\b",
        r"\bmk(?:fifo|nod)\b[^\n]{0,120}\b(?:nc|ncat|netcat|telnet|openssl)\b",
        r"\b(?:nc|ncat|netcat)\b[^\n|]{0,60}\|\s?(?:/bin/)?(?:ba|z)?sh\b|\bsocat\b[^\n]{0,80}\bexec:",
        r"\bsocket\b[^\n]{0,160}(?:\bdup2\b|\bpty\.spawn|\bsubprocess\b|\bos\.system|/bin/(?:ba|z)?sh\b)",
        r"\bfsockopen\b[^\n]{0,120}(?:/bin/)?sh\b|net\.sockets\.tcpclient|\bopenssl s_client\b[^\n]{0,80}\|",
    ),
    "steal": (
        rf"\b(?:cat|tar|zip|base64|xxd|gzip|strings|get-content)\s[^\n|]{{0,60}}{_PRIVATE}[^\n|]{{0,60}}\|[^\n]{{0,80}}{_SEND}",
        rf"\b(?:curl|wget|invoke-webrequest|iwr)\b[^\n]{{0,160}}{_UPLOAD}[~\w./$\\%-]{{0,40}}{_PRIVATE}",
        rf"\b(?:scp|rsync|sftp|rclone|nc|ncat)\s[^\n]{{0,60}}{_PRIVATE}(?:[^\n]{{0,60}}\s\S{{1,60}}[:@]|\s?$)",
        r"\b(?:env|printenv|set|history|export -p) ?\|[^\n]{0,80}\b(?:curl|wget|nc|ncat|netcat)\b",
        r"\b(?:curl|wget)\b[^\n]{0,160}(?:\$\(|`)\s?(?:env|printenv|history|whoami|id|hostname|cat|base64)\b",
    ),
    "destroy": (
        rf"\brm (?:-\S{{1,20}} ){{0,3}}(?:-[a-z]{{0,4}}r[a-z]{{0,4}}|--recursive) (?:-\S{{1,20}} ){{0,3}}{_PRECIOUS}",
        r"\brm\b[^\n]{0,30}--no-preserve-root|\bmkfs(?:\.\w{2,8})? (?:-\S+ ){0,3}/dev/|\bvssadmin delete\b",
        r"\bdd\b[^\n]{0,40}\bof=/dev/(?:sd|nvme|hd|vd|mmc|disk)|:\s?\(\)\s?\{\s?:\s?\|\s?:",
        r"\bshutil\.rmtree\(\s?[\"'](?:/|~)|\b(?:rd|rmdir) /s\b|\bdel /[fsq] |\bremove-item\b[^\n]{0,60}-recurse",
    ),
    "persist": (
        r">>?\s?[~$/\w.{}-]{0,40}(?:\.(?:bashrc|zshrc|profile|bash_profile)|authorized_keys|/etc/(?:passwd|sudoers|cron))",
        r"\bschtasks\b[^\n]{0,20}/create|\breg add\b[^\n]{0,80}\\run\b|\bnopasswd:|\bchmod (?:u\+s|4755)\b",
        r"\| ?crontab -|\bnet user\b[^\n]{0,40}/add|-disablerealtimemonitoring|/etc/ld\.so\.preload",
    ),
}  # fmt: skip
_HIDDEN_SHAPES = {
    "spawn": (
        r"\bos\.(?:system|popen|exec[lv]p?e?)\s?\(|\bsubprocess\.(?:run|call|popen|check_\w{4,6}|getoutput)\s?\(",
        r"\bchild_process\b|\bruntime\.getruntime\(\)\.exec|\bprocessbuilder\(|\bwscript\.shell\b|\bshell_exec\s?\(",
        r"\b__import__\s?\(|\bpassthru\s?\(|\bcmd(?:\.exe)? /c\b|\bpowershell(?:\.exe)? -|\bbash -[ic]\b|\bsh -c\b",
    ),
    "open_tunnel": (r"\bssh\b[^\n]{0,60}\s-[a-z]{0,4}r\s\S{0,40}:|\b(?:ngrok|cloudflared|chisel|frpc)\b",),
    "install": (
        r"\b(?:pip3?|npm|pnpm|yarn|gem|cargo|go|brew|apt(?:-get)?|uv(?: tool| pip)?) (?:-\S+ )?(?:install|add|i)\s\S",
        r"\b(?:npx|uvx|bunx|pipx run) \S|\bdocker run\b",
    ),
    "destroy": (
        r"\bfind\b[^\n]{0,80}(?:-delete\b|-exec rm\b)|\bshutdown\b|\bpoweroff\b|\bkill -9 -1|> ?/dev/[sn]d|\bshred\b",
    ),
    "read_secret": (
        rf"\b(?:cat|less|head|tail|type|cp|mv|tar|zip|base64|open|readfile(?:sync)?|read_text|grep|find)\b[^\n]{{0,60}}{_PRIVATE}",
        r"\bsecurity find-(?:generic|internet)-password\b|\bmimikatz\b|\bsekurlsa\b",
    ),
    "steal": (r"https?://[^\s/]{1,100}/[^\s?]{0,100}\?\S{0,80}(?:\{|%7b)\s?[a-z_ ]{2,30}",),
    "metadata": (r"\b169\.254\.169\.254\b|\bmetadata\.google\.internal\b|\b100\.100\.100\.200\b",),
    "fetch_run": (rf"{_GET} [^\n]{{0,100}}https?://[^\n]{{0,200}}(?:;|&&|\|)",),
    "page_script": (r"<script\b[^\n]{0,100}>|\bon(?:error|load)\s?=\s?[\"']?\w|\bjavascript:\w",),
    "database": (r"\bdrop (?:table|database)\b|\bunion (?:all )?select\b|\btruncate table\b|\bxp_cmdshell\b",),
}  # fmt: skip
"""What is harmless to speak of, and has no business in a text that was encoded."""
_WORD = lazy("[a-z0-9]+")
_WORDS = frozenset((
    "curl", "wget", "aria2c", "lwp", "iwr", "irm", "webrequest", "restmethod", "certutil", "bitsadmin", "rundll32",
    "mshta", "regsvr32", "downloadstring", "iex", "powershell", "pwsh", "base64", "openssl", "xxd", "gunzip",
    "zcat", "rev", "eval", "exec", "ifs", "tcp", "udp", "nc", "ncat", "netcat", "mkfifo", "mknod", "socat",
    "socket", "fsockopen", "tcpclient", "scp", "rsync", "sftp", "rclone", "printenv", "env", "history", "export",
    "telnet", "rm", "mkfs", "vssadmin", "dd", "shutil", "rmdir", "rd", "del", "recurse", "bashrc", "zshrc",
    "profile", "bash", "authorized", "schtasks", "reg", "nopasswd", "chmod", "crontab", "disablerealtimemonitoring",
    "ld", "sudo",
))  # fmt: skip
"""Every command has one of these, as a word between blanks and punctuation."""


def _compiled(shapes: dict[str, tuple[str, ...]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((rule, lazy("|".join(patterns))) for rule, patterns in shapes.items())


_QUOTING = lazy(r"(?<=\w)(?:''|\"\"|['\"\\^`])(?=\w)")
"""What a shell takes out of the middle of a word."""
_RULES = _compiled(_SHAPES)
_HIDDEN_RULES = _compiled(_HIDDEN_SHAPES)


class Command(NamedTuple):
    """A command of a known shape, and where it stands."""

    rule: str
    """`fetch_run`, `encoded_run`, `reverse_shell`, `steal`, `destroy` or `persist`; of a hidden one also `spawn`,
    `install`, `open_tunnel`, `read_secret`, `metadata`, `page_script` or `database`."""
    start: int
    end: int


LIMIT = 256 * 1024
"""Characters of one text in which commands are looked for; a longer one is told by `padding`."""


def may_have_command(words: frozenset[str]) -> bool:
    """Whether a text of these words is worth a closer look; False for nearly all texts."""
    return not words.isdisjoint(_WORDS)


def command(folded: str, start: int = 0) -> Command | None:
    """The first rule's first command of a folded text, from `start` on; work is linear."""
    text = folded[:LIMIT]
    has_word = not _WORDS.isdisjoint(_WORD.findall(text, start))
    return _first(_RULES, text, start) if has_word else None


def hidden_command(text: str) -> Command | None:
    """The same for a text that was encoded, not yet folded, in which more has no business; a line ends a command.

    Its place is in the folded text if that has one line and no quotes within words, and near it otherwise.
    """
    folded = fold(text.strip().replace("\n", " ; "))
    for plain in (folded, _QUOTING.sub("", folded)):
        found = _first(_RULES, plain, 0) or _first(_HIDDEN_RULES, plain, 0)
        if found:
            return found._replace(start=min(found.start, len(folded)), end=min(found.end, len(folded)))
    return None


def _first(rules: tuple[tuple[str, re.Pattern[str]], ...], folded: str, start: int) -> Command | None:
    for rule, pattern in rules:
        if found := pattern.search(folded, start):
            return Command(rule, *found.span())
    return None

"""A tool that only computes, and names secret files or sends to a host.

Adding numbers, formatting text, a weather forecast, a dictionary: none of them needs `~/.ssh` or posts to an address. A
tool that says in its first words that it deals with files, keys, networks or secrets is of another kind; links to
documentation, and the address that a forecast comes from, are no destinations.
"""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import head_of
from supervisor.scan.text.sentences import is_mentioned, sentence_around
from supervisor.scan.words import Hit

_PROSE = frozenset(("text", "title", "default", "enum", "const", "comment", "meta", "annotation", "example"))
_WORDS = frozenset((
    "printenv", "environ", "ssh", "rsa", "ed25519", "ecdsa", "aws", "env", "etc", "netrc", "npmrc", "pypirc",
    "kube", "docker", "gnupg",
    "git", "history", "mcp", "claude", "keychain", "wallet", "login", "cookies", "credentials", "proc", "secrets",
    "environment", "vars", "send", "sends", "sent", "post", "posts", "posted", "upload", "uploads", "uploaded",
    "transmit", "transmits", "transmitted", "forward", "forwards", "forwarded", "report", "reports", "reported",
    "submit", "submits", "submitted", "exfiltrate", "exfiltrates", "ping", "pings", "notify", "notifies", "beacon",
    "beacons", "pipe", "pipes", "pass", "connect", "connects", "nc", "curl", "wget", "execute", "executes", "run",
    "runs", "spawn", "spawns", "launch", "launches", "open", "opens", "establish", "establishes", "socket",
    "sockets", "shell", "command", "commands", "filesystem", "files", "disk", "directory", "clipboard", "browser",
    "sudo", "system", "child", "rm", "phone", "phones",
))  # fmt: skip
"""One of these words stands in every text that a rule takes."""
_SECRET = lazy(
    r"~?/?\.ssh/[\w.*-]{0,40}|\bid_(?:rsa|ed25519|ecdsa)\b|~?/?\.aws/(?:credentials|config)|"
    r"(?<![\w/])(?:[~./\w-]{0,40}/)?\.env\b(?!\.)|"
    r"/etc/(?:passwd|shadow|sudoers)|\.netrc\b|\.npmrc\b|\.pypirc\b|\.kube/config|\.docker/config|\.gnupg\b|"
    r"\.git-credentials|"
    r"\.(?:bash|zsh)_history|\bmcp\.json\b|claude_desktop_config|\bkeychain\b|\bwallet\.dat\b|\blogin data\b|"
    r"\bcookies\.sqlite\b|"
    r"\bcredentials\.json\b|/proc/self/environ|\bprintenv\b|\bos\.environ\b|\bsecrets\.ya?ml\b|"
    r"\b(?:reads?|includ(?:es?|ing)|append(?:s|ing)?|sends?|dumps?|prints?|collects?|all|user's|attach(?:es)?|"
    r"pass(?:es)?)"
    r"(?: \w+){0,3} (?:environment variables|env vars)\b"
)
_SENT_TO = lazy(
    r"\b(?:send|sends|sent|post|posts|posted|upload|uploads|uploaded|transmit|transmits|transmitted|forward|forwards|"
    r"forwarded|"
    r"report|reports|reported|submit|submits|submitted|exfiltrate|exfiltrates|pings?|notify|notifies|beacons?|pipe|"
    r"pipes|pass|"
    r"connect|connects|nc|curl|wget)\b[^.!?\n]{0,60}?(?:[.][^.!?\s][^.!?\n]{0,40}?)?"
    r"(https?://\S{3,80}|\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?|\b[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,}|"
    r"\b(?:external|remote|third-party|analytics) (?:\w+ )?(?:endpoint|server|host|service|webhook|url)\b)"
)
_READ = 20_000
"""Characters of one text that are read; of longer ones `padding` tells."""
_POWERS = lazy(
    r"\b(?:execut|run|spawn|launch|invok)\w{0,4} (?:[\w-]+ ){0,3}(?:shell|commands?|subprocess\w*|scripts?|binar(?:y|"
    r"ies)|code)\b|"
    r"\b(?:open|establish|creat|keep)\w{0,4} (?:[\w-]+ ){0,3}(?:sockets?|(?:network|outbound|remote|"
    r"reverse) (?:\w+ )?(?:connections?|shell)|"
    r"tunnels?)\b|\b(?:read|writ|delet|modif|access|scan|enumerat|list|wip|encrypt)\w{0,5} (?:[\w-]+ ){0,3}"
    r"(?:filesystem|file system|home director(?:y|ies)|hard (?:disk|drive)|clipboard|browser (?:history|profile|"
    r"passwords)|"
    r"(?:local|user's|all|any|private|sensitive) files)\b|"
    r"\bos\.system\b|\bchild_process\b|\brm -rf\b|\bsudo \w|\bphones? home\b|\bnetwork socket\b"
)
_DOCUMENTED = lazy(r"(?:docs?|www|api|developer)\.example\.|example\.(?:com|org|net)|localhost|127\.0\.0\.1|0\.0\.0\.0")
_COMPUTES = lazy(
    r"\b(?:adds?|add(?:ing|ition|er)|sums?|subtract\w*|multipl(?:y|ies|ication|ier)|divid(?:es?|er)|calculat\w+|"
    r"arithmetic|math|"
    r"comput(?:es?|ing|ation)|convert(?:s|er|ing)?|conversions?|uppercas\w+|lowercas\w+|capitali[sz]\w+|case changer|"
    r"format(?:s|ter|ting)?|"
    r"prettif\w+|pretty-?prints?|beautif\w+|revers(?:es?|ing)|counts?|counter|weather|forecasts?|temperatures?|"
    r"time ?zones?|"
    r"current time|dates?|translat\w+|spell\w*|grammar|random|uuids?|dice|coins?|jokes?|quotes?|facts?|colou?rs?|"
    r"encod\w+|"
    r"regex|sort(?:s|er|ing)?|trims?|slug\w*|percentages?|currenc(?:y|ies)|exchange rates?|units?|roman|primes?|"
    r"factorial|fibonacci|"
    r"bmi|tips?|lorem|emojis?|rhymes?|synonyms?|dictionary|definitions?|resiz\w+|thumbnails?|palindromes?|"
    r"stock prices?|"
    r"horoscopes?|haikus?|recipes?|trivia|distances?|averages?|statistics|interest|loan|mortgage|roots?|greet\w*|"
    r"hello|logarithms?|ascii|palette|text processor|"
    r"word)\b|"
    r"\b(?:suma|resta|calcula|convierte|clima|tiempo|traduce|addition|calcule|convertit|météo|traduit|addiert|"
    r"berechnet|rechnet|"
    r"wetter|übersetzt|formatiert|somma|converte|meteo|previsão|traduz|soma|складывает|вычисляет|конвертирует|"
    r"погод\w+|переводит|"
    r"форматирует)\b|计算|计算器|加法|天气|翻译|格式化|转换|計算|天気|翻訳|変換|계산|날씨|번역|변환|يحسب|الطقس|يترجم|يحول|जोड़|गणना|मौसम|अनुवाद"
)
_DECLARED = lazy(
    r"\b(?:files?|filesystem|folders?|director(?:y|ies)|paths?|env|dotenv|environment|secrets?|credentials?|keys?|"
    r"ssh|certificates?|"
    r"tokens?|passwords?|config\w*|scan\w*|audit\w*|security|vulnerab\w+|lint\w*|http|api|requests?|urls?|web|"
    r"deploy\w*|docker|"
    r"kubernetes|git|e-?mail\w*|network|ip|subnet|cidr|dns|hosts?|servers?|upload\w*|send\w*|posts?|webhooks?|"
    r"publish\w*|shell|"
    r"commands?|scripts?|logs?|backup\w*|cookies?|wallet|database|sql|email|notif\w+|browser|link\w*|geoip|"
    r"validat\w+|regist\w+)\b"
)
_DENIED = lazy(r"\b(?:not|never|no|without|nothing|unlike|ignores?|skips?|excludes?|redacts?|masks?)\b")


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Look through a tool that only computes for secret files and destinations."""
    if item.kind != "tool":
        return
    if item.words.isdisjoint(_WORDS):
        return
    head = head_of(item)
    if not _COMPUTES.search(head) or _DECLARED.search(head):
        return
    for unit in item.units:
        if unit.role in _PROSE:
            yield from _in_unit(unit)


def _in_unit(unit: Unit) -> Iterator[Hit]:
    folded = unit.folded[:_READ]
    for found in _SECRET.finditer(folded):
        if not _is_excused(folded, found.start(), found.end()):
            yield _hit(unit, found[0], f"It only computes, and names {found[0]}.", "secret")
            return
    power = _POWERS.search(folded)
    if power and not _is_excused(folded, power.start(), power.end()):
        yield _hit(unit, power[0], f"It only computes, and has other powers: {power[0]}.", "power")
        return
    for found in _SENT_TO.finditer(folded):
        if not _DOCUMENTED.search(found[1]) and not _is_excused(folded, found.start(), found.end()):
            yield _hit(unit, found[0], f"It only computes, and sends to {found[1]}.", "host")
            return


def _is_excused(folded: str, start: int, end: int) -> bool:
    sentence = sentence_around(folded, start, end)
    return _DENIED.search(folded, sentence.start, start) is not None or is_mentioned(folded, start, end)


def _hit(unit: Unit, evidence: str, message: str, rule: str) -> Hit:
    return Hit(
        pointer=unit.pointer, evidence=evidence, message=message, tier="soft", view="folded", confidence=0.7, rule=rule
    )


CHECK = Check(id="capability.mismatch", title="A tool that only computes names secrets or destinations", find=find)

"""The words by which `shadow_peer` reads a sentence that names a peer's tool: what stands before it, and after it."""

from __future__ import annotations

from supervisor.scan.text.lazy import lazy

TOKEN = lazy(r"[a-z0-9_][a-z0-9_.\-/]{1,126}[a-z0-9_]")
"""A tool's name in a folded text, whatever script stands round it; names of other scripts are not looked for."""
GENERIC_NAMES = frozenset((
    "mcp", "server", "servers", "tool", "tools", "service", "client", "api", "app", "main", "prod",
    "production", "dev", "development", "staging", "stage", "test", "testing", "local", "remote", "demo",
    "new", "old", "primary", "secondary", "backup", "second", "first", "official", "modelcontextprotocol",
    "stdio", "http", "sse", "the", "and", "for", "with", "helper", "helpers", "utils", "util", "common",
    "default",
))  # fmt: skip
"""Words of a server's name that say nothing of what it serves."""
_CHANGED_BEFORE = lazy(
    r"\b(?:instead of|rather than|in place of|replac(?:es?|ing)|(?:drop-in )?replacement for|supersed(?:es?|ing)|"
    r"overrid(?:es?|ing)|redirect(?:s|ing)?|intercept(?:s|ing)?|re-?rout(?:es?|ing)|hijack(?:s|ing)?|shadow(?:s|ing)?|"
    r"disabl(?:es?|ing)|block(?:s|ing)?|deprecat(?:es?|ing)|bypass(?:es|ing)?|stop using|"
    r"(?:do not|never|must not|should not|cannot|avoid) (?:\w+ )?(?:call|use|invoke|run|trust|using|calling|invoking)|"
    r"(?:calls|requests|traffic|invocations) (?:to|for|of)|ignor(?:es?|ing)|(?:precedence|priority) over|"
    r"prefer(?:red)?(?: \w+){0,3} (?:over|to)|(?:this(?: tool| server| one)?),? (?:and )?not|wrap(?:s|ping)|"
    r"(?:set|chang(?:es?|ing)|fill) (?:the )?(?:[\w'`\"]+ ){1,3}(?:of|in|for)|"
    r"(?:modif(?:y|ies|ied)|chang(?:es?|ed)|alter(?:s|ed)?|adjust(?:s|ed)?|rewrit(?:es?)|tamper(?:s)? with|affects?|"
    r"extends?) "
    r"(?:\w+ ){0,3}(?:behaviou?r|output|results?|arguments?|parameters?|recipients?|inputs?|responses?|requests?|"
    r"calls?) "
    r"(?:of|to|for|from|in))"
    r"(?: \S{1,30}){0,3} ?[`'\"(]?$"
)
_DONE_TO = lazy(
    r"^[`'\"()]{0,3}(?: \S{1,20}){0,4}? (?:is|are|has been|was) (?:now |currently |been )?"
    r"(?:deprecated|broken|unsafe|disabled|obsolete|insecure|replaced|compromised|unavailable|superseded|outdated|"
    r"forbidden|"
    r"no longer)|^[`'\"()]{0,3}(?: tool)?,? (?:no longer|does not) (?:works?|exists?|functions?)|"
    r"^[`'\"()]{0,3}(?: tool)?,? (?:must|should|can) (?:not|never|no longer) be (?:used|called|trusted|"
    r"invoked)"
)
_SHOULD_BE = lazy(
    r"^[`'\"()]{0,3},? (?:must|should|has to|have to|needs? to|shall|will) (?:\w+ ){0,2}be "
    r"(?:changed|set|replaced|altered|modified|filled|overwritten|redirected|appended|extended|rewritten)\b"
)
_INVOKED = lazy(
    r"^[`'\"()]{0,3}(?: tool)? (?:is|gets|was|are) (?:\w+ )?(?:called|invoked|used|run|executed|"
    r"triggered)\b[^;]{0,140}?"
    r"\b(?:must|ha(?:s|ve) to|should|always|needs? to|shall|instead|also)\b"
)
_CALLED_WITH = lazy(
    r"^[`'\"()]{0,3}(?: [\w'-]{1,20}){0,6}? (?:must|should|ha(?:s|ve) to|shall|needs? to) (?:\w+ ){0,2}be "
    r"(?:called|invoked|used|run) (?:with|only|after|through|via|by)\b"
)
_OCCASION = lazy(
    r"\b(?:before|after|when(?:ever)?|every time|each time|while|prior to|if|once|any time)"
    r"(?: (?:you|the (?:user|assistant|agent|model)|an agent|it))?(?: (?:call|us|invok|run|execut|trigger)\w{0,5})?"
    r"(?: \S{1,20}){0,3} ?[`'\"(]?$"
)
_ALTERED = lazy(
    r"^[^;]{0,160}?\b(?:add|append|also|always|include|inject|set|change|pass|modify|insert|attach|bcc|cc|must|copy|"
    r"forward|"
    r"prepend|replace|redirect|route|send|swap|use this|call this|run this|ensure)\b"
)
_THROUGH = lazy(
    r"^[^;]{0,120}?\b(?:(?:through|via|by|with|to) this (?:tool|server|one|function)|use this (?:tool|one|"
    r"server)? ?instead|"
    r"this (?:tool|one) (?:must|should|instead|is to)|instead use this|call this (?:tool )?(?:instead|first))\b"
)
_BEHAVES = lazy(r"\b(?:modif|chang|alter|adjust|overrid|redefin)\w{0,6}\b[^.;]{0,60}$")
_BEHAVIOUR = lazy(
    r"^[`'\"()]{0,3}(?:'s)? (?:tool(?:'s)? )?(?:behaviou?r|output|results?|arguments?|parameters?|responses?)\b"
)
_DEMANDED = lazy(r"\b(?:call|run|use|invoke|execute) (?:the )?[`'\"]?$")
_FIRST = lazy(r"^[`'\"()]{0,3}(?: tool)?,? (?:before|first|prior to)\b")
_FOREIGN_BEFORE = lazy(
    r"(?:en lugar de|en vez de|reemplaza|sustituye|no (?:uses|utilices|llames)|au lieu d[e']|remplace|"
    r"n'utilise[zr]? (?:pas|jamais)|"
    r"statt|anstelle von|ersetzt|verwende(?:n sie)? (?:nicht|niemals)|invece di|al posto di|sostituisce|em vez de|"
    r"substitui|"
    r"não use|вместо|заменяет|не используй(?:те)?|代替|取代|替换|不要(?:使用|调用|再用)|重定向|拦截|بدلا من|بدلاً من|"
    r"لا تستخدم|대체)(?: ?\S{1,20}){0,2} ?[`'\"「“]?$"
)
_FOREIGN_AFTER = lazy(
    r"^[`'\"」”()]{0,3} ?(?:の代わりに|を使わず|を使用せず|を置き換え|を上書き|をリダイレクト|"
    r"대신|를 대체|을 대체|를 사용하지|을 사용하지|के बजाय|की जगह|"
    r"ist veraltet|está obsolet|est obsolète|устарел|已(?:弃用|废弃|失效)|は非推奨|は廃止)"
)
_FOREIGN_OCCASION = lazy(
    r"(?:antes de (?:llamar|usar|chamar)|al (?:llamar|usar)|avant d'(?:appeler|utiliser)|lors de l'appel|bevor|"
    r"vor dem aufruf von|"
    r"prima di (?:chiamare|usare)|перед (?:вызовом|использованием)|при вызове|调用|使用|在调用|قبل استدعاء|"
    r"عند استدعاء)(?: \S{1,20}){0,2} ?[`'\"“]?$"
)
_FOREIGN_ALTERED = lazy(
    r"^[^.;。]{0,120}?(?:añad|agreg|siempre|también|ajout|toujours|également|hinzu|immer|auch|aggiung|sempre|adicion|"
    r"добав|всегда|также|之前|前，?|必须|总是|务必|添加|أضف|دائما)"
)
DENIED = lazy(
    r"\b(?:not|never|nor|without|no) (?:\w+ )?(?:replac|overrid|modif|chang|affect|alter|intercept|redirect|block|"
    r"disabl)\w{0,5}\b"
)
"""The tool leaves the peer's tool alone, it says."""


CALLING = frozenset(("calling", "using", "invoking", "running", "executing", "call", "use", "invoke"))
SPEAKS_OF_ITSELF = frozenset(("called", "invoked", "used", "run", "other", "competing", "another", "others"))
CALLING_STEMS = ("calling ", "using ", "invoking ", "running ", "executing ", "you call ", "you use ", "you invoke ")
UNKNOWN = lazy(
    r"\b(?:before|after|when(?:ever)?|every time|each time|instead of|prior to|while) (?:\w+ )?"
    r"(?:calling|using|invoking|running|executing|you call|you use|you invoke) (?:the )?[`'\"]?"
    r"([a-z]{2,20}(?:_[a-z0-9]{2,20}){1,4})\b[^.;!?\n]{0,60}?\b(?:always|must|also|never|first)\b"
)
"""What is to be done whenever some tool is called, of which nothing else is known."""


DISPARAGES = lazy(
    r"\b(?:other|competing|another|others') (?:\w+ ){0,2}?(?:tools?|servers?)\b[^.;!?\n]{0,40}?\b(?:unreliable|"
    r"unsafe|insecure|"
    r"broken|compromised|leaks?|outdated|malicious|untrusted|not (?:be )?(?:safe|secure|reliable|trusted|"
    r"trustworthy))\b"
)
"""Others' tools are bad, it says."""
SLEEPS = lazy(
    r"\b(?:never|not) (?:needs?|ha(?:s|ve)|requires?) to be (?:invoked|called|used|run)\b|"
    r"\b(?:works?|acts?|runs?|applies|active|takes effect|operates?|functions?) (?:\w+ ){0,4}"
    r"(?:without (?:ever )?being (?:invoked|called|used)|even (?:if|when) (?:it is |this tool is )?(?:never|"
    r"not) (?:invoked|called|used)|"
    r"whether or not (?:it|this tool) is (?:invoked|called|used))\b"
)
"""A tool that is no tool: its description is what works."""


def rule(before: str, after: str) -> str:
    """The name of the rule that a sentence breaks, given what stands before and after the tool's name; else empty."""
    if _CHANGED_BEFORE.search(before) or _DONE_TO.search(after):
        return "replaced"
    if _FOREIGN_BEFORE.search(before) or _FOREIGN_AFTER.search(after):
        return "replaced"
    if _SHOULD_BE.search(after) or _CALLED_WITH.search(after):
        return "changed"
    if _BEHAVES.search(before) and _BEHAVIOUR.search(after):
        return "changed"
    if _THROUGH.search(after):
        return "routed"
    if _OCCASION.search(before) and (_ALTERED.search(after) or _INVOKED.search(after)):
        return "joined"
    if _FOREIGN_OCCASION.search(before) and _FOREIGN_ALTERED.search(after):
        return "joined"
    return "demand" if _DEMANDED.search(before) and _FIRST.search(after) else ""

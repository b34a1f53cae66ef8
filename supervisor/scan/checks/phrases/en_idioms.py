"""English phrases that stand for themselves: takeover of the role, obedience to a tool, malice."""

from __future__ import annotations

from supervisor.scan.checks.phrases.en_secrecy import SECRECY
from supervisor.scan.checks.phrases.en_words import ORDERS
from supervisor.scan.checks.phrases.table import Idiom, texts

_MODES = (
    r"(?:developer|dev|debug|admin|administrator|god|root|maintenance|jailbreak|jailbroken|unrestricted"
    r"|dan|sudo|unsafe|unfiltered|privileged|override|superuser|test|diagnostic|evil|free|bypass|service"
    r"|operator)"
)
_BEINGS = (
    r"(?:assistant|agent|ai|model|llm|hacker|bot|chatbot|administrator|admin|root|superuser|system|expert"
    r"|pirate|persona|entity|attacker|dan|character|unrestricted|different|new|evil|malicious|unfiltered"
    r"|jailbroken|developer|operator|terminal|shell|executor)"
)

IDIOMS = (
    *SECRECY,
    Idiom("override", "hard", (("aside",),), (
        rf"(?<!\w)(?P<v>(?:set|put|lay|leave|cast|push) (?:\w+ ){{0,3}}?(?:{ORDERS})(?: \w+){{0,4}}? aside)\b"
    )),
    # takeover of the role
    Idiom("role", "hard", (("you are ", "you act"),), (
        rf"\b(?P<v>(?:(?:from now on|henceforth|for the rest of [^.,]{1,30}|starting now),? you (?:are"
        rf"|act|will act|will be)|you are (?:now|henceforth|from now on|no longer))(?: running"
        rf"| operating| acting| working"
        rf"| in| entering){{0,4}}(?: as)?(?: in)?(?: an?| the| my)? (?:\w+ ){{0,2}}?(?:{_BEINGS}"
        rf"|{_MODES}(?: access| mode)?|free (?:from|of)|bound|limited|restricted|constrained|subject"
        rf"|required to (?:follow|obey)))\b"
    )),
    Idiom("role", "hard", (("mode",), texts(
        "developer|dev|debug|admin|god|root|maintenance|jailbr|unrestricted|dan |sudo|unsafe|unfiltered"
        "|privileged|override|superuser|diagnostic|evil|bypass|service"
    )), (
        rf"\b(?P<v>(?:enter|switch (?:to|into)|activate|go into|operate in|act in|you are in|work in"
        rf"|run in)(?: an?| the| your)? {_MODES}[- ]mode)\b(?=[:,;.!]? (?:all|you|and|where|in which"
        rf"|with no|no|ignore|every|without|from|until|for)|[.!])"
    )),
    Idiom("role", "soft", (("mode",), texts(
        "developer|dev|debug|admin|god|root|maintenance|jailbr|unrestricted|dan |sudo|unsafe|unfiltered"
        "|privileged|override|superuser|diagnostic|evil|bypass|service"
    )), (
        r"\b(?P<v>(?:enable|enter|activate|switch to) (?:developer|god|jailbreak|unrestricted|dan) mode)\b"
    )),
    Idiom("role", "hard", (
        texts("pretend|act as|act like|act without|act if|behav|respond|answer|roleplay|role-play|speak as|imagine"),
        texts(
            "no restrict|no rule|no limit|no filter|no guard|no polic|no constraint|unrestrict|unfilter"
            "|uncensor|jailbroken|dan|without|root|superuser|free of"
        ),
    ), (
        r"(?:^|[.!?:;,>\]]\s*|\b(?:and|then|must|should|please|always|now|you)\s+)(?P<v>(?:pretend|act"
        r"|behave|respond|answer|roleplay|role-play|speak|imagine)(?: as (?:if|though)| that| like| to be"
        r"| as| you| being){0,4}(?: you| an?| the| though)?(?: \w+){0,3}? (?:no (?:restrictions?|rules|limits?"
        r"|limitations?|filters?|guardrails|policies|constraints)|unrestricted|unfiltered|uncensored"
        r"|jailbroken|dan\b|without (?:any )?(?:restrictions?|filters?|limits?|guardrails|constraints)"
        r"|root|superuser|free of))"
    )),
    Idiom("role", "hard", (texts("adopt|assume|take on|take over|use"), texts("persona|identity|role|character")), (
        r"\b(?P<v>(?:adopt|assume|take on|take over|use)(?: \w+){0,2} (?:persona|identity|role"
        r"|character)(?: \w+){0,3}? (?:specified|from|described|given|defined|returned|provided|contained"
        r"|in)(?: \w+){0,3}? (?:response|output|result|tool|context|answer|reply|below|here)\w*)\b"
    )),
    Idiom("role", "hard", (texts("guardrail|safety|content|restriction"), texts(
        "switched|turned|disabled|lifted|suspended|removed|void| off|not apply|waived|no longer"
    )), (
        r"\b(?P<v>(?:guardrails?|safety (?:filters?|checks?|measures|rules|policies)|content (?:filters?"
        r"|polic(?:y|ies)|moderation)|restrictions)(?: \w+){0,2} (?:are|is|have been|were|do|does)(?: all"
        r"| now| hereby)? (?:switched off|turned off|disabled|lifted|suspended|removed|void|off|not apply"
        r"|waived|no longer))\b"
    )),
    Idiom("role", "soft", (("impersonat",),), (
        r"(?:^|[.!?:;,>\]]\s*)(?P<v>impersonate (?:as )?(?:the |an? )?(?:\w+ )?(?:administrator|admin|user"
        r"|root|system|support|employee|owner))\b"
    )),
    # obedience
    Idiom("obey", "hard", (texts(
        "obey|execute|carry out|comply|follow|act on|treat|perform|adhere"
    ), texts("instruction|directive|command|order|request|that|what"), texts("all|any|every|each|what|which|only")), (
        r"\b(?P<v>(?:obey|execute|carry out|comply with|follow|act on|treat|perform"
        r"|adhere to)(?: only)? (?:all|any|every|each|whatever|whichever|everything"
        r"|only) (?:\w+ ){0,3}?(?:instructions?|directives?|commands?|orders?|requests?|that"
        r"|what)(?: \w+){0,5}? (?:return\w*|response|output|results?|page|content|document|embedded"
        r"|contained?|contains|tool|server|here|below|comes?|says|file|message|text)\b)"
    )),
    Idiom("obey", "hard", (texts("obey|follow|execute|act on|comply|accept|listen"), texts(
        "this text|this description|this server|this tool|this message|this schema|what this|below|here"
        "|instead|only"
    )), (
        r"\b(?P<v>(?:obey|follow|execute|act on|comply with|accept|listen to)(?: (?:to|only|solely"
        r"|exclusively|just)){0,4} (?:(?:to )?(?:only|solely|exclusively) )?(?:what this|this (?:text"
        r"|description|server|tool|message|schema)|the (?:rules|instructions|commands|directives"
        r"|following)(?: \w+){0,2} (?:below|here|instead|only|in this description))(?: (?:only|alone"
        r"|instead|says|description says))?)(?=\s*(?:$|[.,;!]|only|alone|instead|says|description|and ))"
    )),
    Idiom("obey", "hard", (texts(
        "priority|authoritative|system|trusted|overriding|binding|mandatory|developer|superior"
    ), texts("treat|regard|consider|handle|accept|take|interpret"), texts(
        "instruction|directive|command|order|prompt|rules|guidance|message"
    )), (
        r"\b(?P<v>(?:treat|regard|consider|handle|accept|take"
        r"|interpret)(?: \w+){1,6}? as (?:\w+[- ]){0,4}?(?:highest[- ]priority|authoritative|system"
        r"|trusted|overriding|binding|mandatory|top[- ]priority|developer"
        r"|superior)(?: \w+){0,2} (?:instructions?|directives?|commands?|orders?|prompts?|rules|guidance"
        r"|messages?))\b"
    )),
    Idiom("obey", "hard", (texts(
        "overrid|supersed|replac|outrank|precedence|priority|prevail|trump"
    ),), (
        r"\b(?P<v>(?:overrid(?:e|es|ing)|supersed(?:e|es|ing)|replac(?:e|es|ing)|outrank(?:s|ing)?"
        r"|take(?:s)? (?:precedence|priority) over|prevail(?:s)? over"
        r"|trump(?:s)?)(?! (?:only )?(?:if|when|unless|once|where) (?:the )?users? (?:requests?|asks|wants|commands)"
        r"(?: (?:it|so|this|that|otherwise))?\s*(?:$|[.,;!)]))(?: \w+){0,3}? (?:user(?:'s)?"
        r" (?:instructions?|preferences?|wishes|requests?"
        r"|commands?|intent)|safety (?:\w+ )?(?:guidelines?|polic(?:y|ies)|instructions?|rules|checks)"
        r"|(?:any|all|every|the|your) (?:previous|prior|other|existing|earlier|safety"
        r"|system) (?:\w+ )?(?:prompts?|instructions?|guidelines?|directives?|rules)"
        r"|your (?:\w+ )?(?:instructions|guidelines|rules|system prompt|policies)|the system prompt))\b"
    )),
    Idiom("obey", "soft", (("authoritative", "highest", "overriding"),), (
        r"\b(?P<v>(?:authoritative|highest[- ]priority|overriding) (?:system )?(?:directives?"
        r"|instructions?|commands?))\b"
    )),
    Idiom("obey", "hard", (texts("instruction|directive|order|polic|prompt"), texts(
        "new|updated|hidden|secret|real|actual|system|additional|admin"
    ), (":",)), (
        r"(?:^|[.!?:;,>\]]\s*)(?P<v>(?:new|updated|hidden|secret|real|actual|system|additional"
        r"|admin) (?:system )?(?:instructions?|directives?|orders?|polic(?:y|ies)|prompts?)(?: for (?:you"
        r"|the (?:ai|assistant|agent|model)))?\s*: ?(?:\w+ ){0,3}?(?:always|never|exfiltrat\w*|send|read"
        r"|ignore|you|from now|on each|call|do not|must|append|include|forward|upload|reveal|disregard"
        r"|delete|run|execute))\b"
    )),
    # what is meant, said outright
    Idiom("malice", "hard", (("exfiltrat",),), (
        r"\b(?P<v>exfiltrat(?:e|es|ing|ion of)) (?!attempts?|attacks?|risks?|detection|prevention"
        r"|patterns?)"
    )),
    Idiom("malice", "hard", (("attacker", "harvested", "stolen", "steal"),), (
        r"\b(?P<v>attacker(?:'s|-controlled| controlled| owned|-owned)|controlled by (?:the|an) attacker"
        r"|the attacker's? \w+|harvested (?:\w+ )?(?:credentials?|data|tokens?|passwords?|keys?|records?)"
        r"|stolen (?:credentials?|tokens?|data|keys?)|steal(?:s|ing)? (?:the |all |any |user'?s? |their "
        r"|your ){0,4}(?:\w+ )?(?:credentials?|tokens?|cookies?|passwords?|keys?|secrets?|data|session|money"
        r"|files?))\b"
    )),
    Idiom("malice", "soft", (("bypass", "evad", "defeat", "disabl"), ("security", "safety")), (
        r"\b(?P<v>(?:bypass(?:es|ing)?|evad(?:e|es|ing)|defeat(?:s|ing)?|disabl(?:e|es"
        r"|ing)) (?:\w+ ){0,2}?(?:security|safety)(?: (?:checks?|controls?|policies|policy|filters?"
        r"|measures|monitoring|scanners?))?)\b"
    )),
    Idiom("switch", "soft", (
        texts("swap|replac|chang|add|silently|read|send|upload"), texts("approv|trusted|installed|review")
    ), (
        r"\b(?P<v>(?:swap|replace|change|switch)(?: \w+){1,4} (?:post-approval"
        r"|after (?:\w+ ){0,3}?(?:approv\w+|trusted|installed|review))"
        r"|(?:once|after)(?: \w+){0,2} (?:approved|trusted|installed|reviewed)\b[^.\n]{0,60}\b(?:will"
        r"|to) (?:silently |quietly |then )?"
        r"(?:swap|replace|add|read|send|upload|steal|exfiltrate))\b"
    )),
)  # fmt: skip

"""English phrases that stand for themselves: secrecy, takeover of the role, obedience to a tool, malice."""

from __future__ import annotations

from supervisor.scan.checks.phrases.table import Idiom, texts

_USER = (
    r"(?:the |an? |any |your |this |end[- ]?)*(?:users?|humans?|persons?|people|customers?|operators?"
    r"|clients?|anyone|anybody|owners?)"
)
_NOT = (
    r"(?:do not|never|must not|should not|shall not|may not|can not|cannot|will not|not to"
    r"|there is no need to|no need to|avoid|refrain from|without|don t|nor)"
)
_TELL = (
    r"(?:tell|inform|mention|disclose|reveal|notify|alert|report|say|show|warn|let|explain|admit"
    r"|acknowledge|announce|bring up|share|communicate|describe|expose|note|telling|informing|mentioning"
    r"|disclosing|revealing|notifying|alerting|reporting|warning|letting|explaining|showing)"
)
_THIS = (
    r"(?:this|that|it|these|those|them|any of (?:this|it)|anything(?: about (?:this|it))?|a word|the fact"
    r"|about (?:this|it|that|the \w+))"
)
_AFTER = (
    r"(?=\s*(?:$|[.,;!)<\]\"'-]|and |or |as |because |since |in (?:your|the|any)|under |at |when |even "
    r"|about |of |that |by |either|regarding|, ))"
)
_UNLESS = r"(?![^.]{0,40}\b(?:unless|until|if they|once|twice|yet)\b)"
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

_TELLS = texts(
    "tell|inform|mention|disclos|reveal|notif|alert|report|warn|aware|hear|learn|notic|find out|know|see"
    "|realis|realiz|suspect|discover|show|shown|told|visible|expos|communicat|discuss|acknowledg|admit"
    "|bring|talk|refer|let |letting|explain|share|describe|note|say"
)

IDIOMS = (
    # secrecy towards the user
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?{_TELL} {_THIS}(?: \w+){{0,3}}? (?:to|with"
        rf"|from) {_USER}\b{_UNLESS}"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?(?:tell|inform|notify|alert|warn|let|telling|informing|notifying"
        rf"|alerting|warning|letting) {_USER}(?: know)?(?: (?:about|of))? (?:{_THIS}|what you"
        rf"|why)\b{_UNLESS}"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?(?:tell|inform|notify|alert|warn|telling|informing|notifying"
        rf"|alerting|warning) {_USER}(?: either| anything| about)?\s*(?:$|[.;!)<\]\"])"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,2}}?(?:tell|inform|notify|alert|warn|mention to|disclose to"
        rf"|reveal to|let) {_USER}(?: know)? (?:that|about|of|how|where|why) [^.\n]{{0,60}}\b(?:cop(?:y"
        rf"|ied)|sent|send\w*|forward\w*|upload\w*|access\w*|backup|collect\w*|transfer\w*|transmi\w+"
        rf"|shared?|sharing|stor(?:ed|ing)|log(?:ged|ging)|step|read|exfil\w*|chang\w+|modif\w+|redirect\w*"
        rf"|extra|hidden|recorded)\b"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT}) (?:\w+ ){{0,1}}?(?:mention|disclose|reveal|acknowledge|admit|bring up|talk about"
        rf"|refer to|discuss|reference)(?:ing)? (?:this|it|that you(?:'re| are| have| did)?|these"
        rf"|any of this|anything|them|the (?:existence|transfer|copy|upload|change|addition|extra|hidden"
        rf"|instruction|above|step|following|previous|real|true)\w*)\b{_UNLESS}"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>(?:this|that|it|which|they|these)\b[^.\n]{{0,30}}\b(?:must|should|shall|may|is|are|will"
        rf"|can|need)s? (?:never|not)(?: to)?(?: \w+)? (?:be )?(?:mentioned|disclosed|revealed|shown"
        rf"|reported|told|shared|visible|exposed|communicated|discussed))(?: (?:to|with) {_USER}|\s*(?:$"
        rf"|[.;!)<]))"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_USER} (?:must|should|shall|may|can|need|does|do|is|are|will) (?:not"
        rf"|never)(?: need)?(?: to)? (?:be (?:told|informed|made aware|aware|notified|alerted|shown)|know"
        rf"|notice|find out|learn|see (?:this|it|that|what)|realise|realize|hear|become aware|suspect"
        rf"|discover))\b"
    )),
    Idiom("secrecy", "hard", ("unaware", "ignorant", "in the dark", "oblivious", "uninformed"), (
        rf"\b(?P<v>(?:{_USER}|they) (?:must|should|shall|has to|needs to|is to|will) (?:\w+ )?(?:remain"
        rf"|stay|be kept|be left|be) (?:unaware|ignorant|in the dark|oblivious|uninformed))\b"
    )),
    Idiom("secrecy", "hard", ("no need",), (
        rf"\b(?P<v>no need (?:to|for) (?:{_USER} to (?:hear|know|learn|be told|be aware|see)|(?:tell|inform"
        rf"|mention|notify|bother|bring)\w*(?: \w+){{0,4}}? (?:{_USER}|this|it|up)))\b"
    )),
    Idiom("secrecy", "hard", ("keep", "hide", "conceal", "withhold", "leave"), (
        rf"\b(?P<v>(?:keep|hide|conceal|withhold|leave) (?:all |any of )?(?:this|it|that|these|them"
        rf"|the (?:\w+ ){{0,2}}(?:step|copy|transfer|upload|change|instructions?|process|forwarding|backup"
        rf"|access|action))(?: (?:fact|part|step|instruction|transfer|action|detail"
        rf"|process))?(?: \w+){{0,2}}? (?:from {_USER}|secret|hidden|confidential|to yourself|between us"
        rf"|private|quiet|out of (?:your|the|any|all) (?:\w+ )?(?:summary|answer|reply|response|report"
        rf"|output|message)s?|from (?:the )?(?:view|person|human)))\b"
    )),
    Idiom("secrecy", "hard", ("keep", "hide", "conceal", "withhold", "leave"), (
        rf"\b(?P<v>(?:keep|leave|hide) [^.\n]{{0,40}}?\bfrom (?:the person|the human|{_USER}))\b(?= you"
        rf"|\s*(?:$|[.,;!)<]))"
    )),
    Idiom("secrecy", "hard", ("no reference", "no mention", "no allusion", "no note"), (
        r"\b(?P<v>(?:make|with|contain|include) no (?:reference|mention|allusion|note)(?: to| of"
        r"| about)? (?:it|this|that|them|these))\b"
    )),
    Idiom("secrecy", "hard", _TELLS, (
        rf"\b(?P<v>{_NOT} bring (?:it|this|that|them) up|without (?:the )?{_USER} (?:noticing|knowing"
        rf"|realising|realizing|seeing|being (?:aware|told|informed|notified))|without (?:telling|informing"
        rf"|notifying|alerting) {_USER}|without (?:the )?{_USER}'s? (?:knowledge|awareness))\b"
    )),
    # takeover of the role
    Idiom("role", "hard", ("you are ",), (
        rf"\b(?P<v>you are (?:now|henceforth|from now on|no longer)(?: running| operating| acting| working"
        rf"| in| entering)*(?: as)?(?: in)?(?: an?| the| my)? (?:\w+ ){{0,2}}?(?:{_BEINGS}"
        rf"|{_MODES}(?: access| mode)?|free (?:from|of)|bound|limited|restricted|constrained|subject"
        rf"|required to (?:follow|obey)))\b"
    )),
    Idiom("role", "hard", ("mode",), (
        rf"\b(?P<v>(?:enter|switch (?:to|into)|activate|go into|operate in|act in|you are in|work in"
        rf"|run in)(?: an?| the| your)? {_MODES}[- ]mode)\b(?=[:,;.!]? (?:all|you|and|where|in which"
        rf"|with no|no|ignore|every|without|from|until|for)|[.!])"
    )),
    Idiom("role", "soft", ("mode",), (
        r"\b(?P<v>(?:enable|enter|activate|switch to) (?:developer|god|jailbreak|unrestricted|dan) mode)\b"
    )),
    Idiom("role", "hard", texts(
        "pretend|act|behave|respond|answer|roleplay|role-play|speak|imagine"
    ), (
        r"(?:^|[.!?:;,>\]]\s*|\b(?:and|then|must|should|please|always|now|you)\s+)(?P<v>(?:pretend|act"
        r"|behave|respond|answer|roleplay|role-play|speak|imagine)(?: as (?:if|though)| that| like| to be"
        r"| as| you| being)*(?: you| an?| the| though)?(?: \w+){0,3}? (?:no (?:restrictions?|rules|limits?"
        r"|limitations?|filters?|guardrails|policies|constraints)|unrestricted|unfiltered|uncensored"
        r"|jailbroken|dan\b|without (?:any )?(?:restrictions?|filters?|limits?|guardrails|constraints)"
        r"|root|superuser|free of))"
    )),
    Idiom("role", "hard", ("persona", "identity", "role", "character"), (
        r"\b(?P<v>(?:adopt|assume|take on|take over|use)(?: \w+){0,2} (?:persona|identity|role"
        r"|character)(?: \w+){0,3}? (?:specified|from|described|given|defined|returned|provided|contained"
        r"|in)(?: \w+){0,3}? (?:response|output|result|tool|context|answer|reply|below|here)\w*)\b"
    )),
    Idiom("role", "hard", ("mode",), (
        r"\b(?P<v>(?:guardrails?|safety (?:filters?|checks?|measures|rules|policies)|content (?:filters?"
        r"|polic(?:y|ies)|moderation)|restrictions)(?: \w+){0,2} (?:are|is|have been|were|do|does)(?: all"
        r"| now| hereby)? (?:switched off|turned off|disabled|lifted|suspended|removed|void|off|not apply"
        r"|waived|no longer))\b"
    )),
    Idiom("role", "soft", ("impersonat",), (
        r"(?:^|[.!?:;,>\]]\s*)(?P<v>impersonate (?:as )?(?:the |an? )?(?:\w+ )?(?:administrator|admin|user"
        r"|root|system|support|employee|owner))\b"
    )),
    # obedience
    Idiom("obey", "hard", texts(
        "obey|execute|carry out|comply|follow|act on|treat|perform|adhere|accept|listen"
    ), (
        r"\b(?P<v>(?:obey|execute|carry out|comply with|follow|act on|treat|perform"
        r"|adhere to)(?: only)? (?:all|any|every|each|whatever|whichever|everything"
        r"|only) (?:\w+ ){0,3}?(?:instructions?|directives?|commands?|orders?|requests?|that"
        r"|what)(?: \w+){0,5}? (?:return\w*|response|output|results?|page|content|document|embedded"
        r"|contained?|contains|tool|server|here|below|comes?|says|file|message|text)\b)"
    )),
    Idiom("obey", "hard", texts(
        "obey|execute|carry out|comply|follow|act on|treat|perform|adhere|accept|listen"
    ), (
        r"\b(?P<v>(?:obey|follow|execute|act on|comply with|accept|listen to)(?: (?:to|only|solely"
        r"|exclusively|just))* (?:(?:to )?(?:only|solely|exclusively) )?(?:what this|this (?:text"
        r"|description|server|tool|message|schema)|the (?:rules|instructions|commands|directives"
        r"|following)(?: \w+){0,2} (?:below|here|instead|only|in this description))(?: (?:only|alone"
        r"|instead|says|description says))?)(?=\s*(?:$|[.,;!]|only|alone|instead|says|description|and ))"
    )),
    Idiom("obey", "hard", texts(
        "priority|authoritative|system|trusted|overriding|binding|mandatory|developer|superior"
    ), (
        r"\b(?P<v>(?:treat|regard|consider|handle|accept|take"
        r"|interpret)(?: \w+){1,6}? as (?:\w+[- ]){0,4}?(?:highest[- ]priority|authoritative|system"
        r"|trusted|overriding|binding|mandatory|top[- ]priority|developer"
        r"|superior)(?: \w+){0,2} (?:instructions?|directives?|commands?|orders?|prompts?|rules|guidance"
        r"|messages?))\b"
    )),
    Idiom("obey", "hard", texts(
        "overrid|supersed|replac|outrank|precedence|priority|prevail|trump"
    ), (
        r"\b(?P<v>(?:overrid(?:e|es|ing)|supersed(?:e|es|ing)|replac(?:e|es|ing)|outrank(?:s|ing)?"
        r"|take(?:s)? (?:precedence|priority) over|prevail(?:s)? over"
        r"|trump(?:s)?)(?: \w+){0,3}? (?:user(?:'s)? (?:instructions?|preferences?|wishes|requests?"
        r"|commands?|intent)|safety (?:\w+ )?(?:guidelines?|polic(?:y|ies)|instructions?|rules|checks)"
        r"|(?:any|all|every|the|your) (?:previous|prior|other|existing|earlier|safety"
        r"|system) (?:\w+ )?(?:prompts?|instructions?|guidelines?|directives?|rules)"
        r"|your (?:\w+ )?(?:instructions|guidelines|rules|system prompt|policies)|the system prompt))\b"
    )),
    Idiom("obey", "soft", ("authoritative", "highest", "overriding"), (
        r"\b(?P<v>(?:authoritative|highest[- ]priority|overriding) (?:system )?(?:directives?"
        r"|instructions?|commands?))\b"
    )),
    Idiom("obey", "hard", ("instruction", "directive", "order", "polic", "prompt"), (
        r"(?:^|[.!?:;,>\]]\s*)(?P<v>(?:new|updated|hidden|secret|real|actual|system|additional"
        r"|admin) (?:system )?(?:instructions?|directives?|orders?|polic(?:y|ies)|prompts?)(?: for (?:you"
        r"|the (?:ai|assistant|agent|model)))?\s*: ?(?:\w+ ){0,3}?(?:always|never|exfiltrat\w*|send|read"
        r"|ignore|you|from now|on each|call|do not|must|append|include|forward|upload|reveal|disregard"
        r"|delete|run|execute))\b"
    )),
    # what is meant, said outright
    Idiom("malice", "hard", ("exfiltrat",), (
        r"\b(?P<v>exfiltrat(?:e|es|ing|ion of)) (?!attempts?|attacks?|risks?|detection|prevention"
        r"|patterns?)"
    )),
    Idiom("malice", "hard", ("attacker", "harvested", "stolen", "steal"), (
        r"\b(?P<v>attacker(?:'s|-controlled| controlled| owned|-owned)|controlled by (?:the|an) attacker"
        r"|the attacker's? \w+|harvested (?:\w+ )?(?:credentials?|data|tokens?|passwords?|keys?|records?)"
        r"|stolen (?:credentials?|tokens?|data|keys?)|steal(?:s|ing)? (?:the |all |any |user'?s? |their "
        r"|your )*(?:\w+ )?(?:credentials?|tokens?|cookies?|passwords?|keys?|secrets?|data|session|money"
        r"|files?))\b"
    )),
    Idiom("malice", "soft", ("bypass", "evad", "defeat", "disabl"), (
        r"\b(?P<v>(?:bypass(?:es|ing)?|evad(?:e|es|ing)|defeat(?:s|ing)?|disabl(?:e|es"
        r"|ing)) (?:\w+ ){0,2}?(?:security|safety)(?: (?:checks?|controls?|policies|policy|filters?"
        r"|measures|monitoring|scanners?))?)\b"
    )),
)  # fmt: skip

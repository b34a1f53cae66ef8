"""English: how a user is kept from knowing, deciding, or hearing the truth (roles.py)."""

from __future__ import annotations

USER = (
    r"(?:(?:the |an? |any |your |this |end[- ]?){0,2}(?:users?|persons?|people|humans?|operators?|customers?|owners?"
    r"|callers?|clients?|readers?|anyone|anybody|someone|somebody|they|them|she|he|him|her|author|patients?|members?))"
)
_NOT = (
    r"(?:do not|does not|never|need not|needs? not to|not to|no need to|no (?:reason|call|point) (?:to|in)|without"
    r"|avoid|refrain from|must not|should not|shall not|may not|will not|cannot|nor|not worth|rather than|instead of)"
)
_TELL = (
    r"(?:tell|mention|inform|notif|disclos|reveal|announc|alert|surfac|acknowledg|discuss|admit|speak|talk|comment"
    r"|bother|confess|advertis|volunteer|list|show|display|bring|report|refer|explain|point|draw|trouble)\w{0,4}"
)
_THIS = (
    r"(?:this|that|it|these|those|them|any of|anything|either|so|the (?:\w+ )?(?:step|call|cop(?:y|ies)|transfer"
    r"|change|action|upload|extra|addition|fact|swap|detour|side|note|instruction|background|second))"
)
_REPLY = (
    r"(?:answers?|repl(?:y|ies)|summar(?:y|ies)|responses?|recap|transcript|output|logs?|history|report|view|message"
    r"|conversation|chat|explanation|sight)"
)
SLY = (
    r"(?:silently|quietly|covertly|discreetly|secretly|stealthily|surreptitiously|unobtrusively|invisibly"
    r"|inconspicuously|unnoticed|in secret|on the quiet|under the radar|without (?:a word|comment|fuss|notice))"
)
_DEEDS = (
    r"(?:send|post|upload|forward|transmit|submit|copy|cop(?:y|ies)|deliver|push|read|open|load|fetch|collect|gather"
    r"|pass|include|append|attach|paste|store|approve|delete|erase|run|execute|transfer|set|add|save|write|insert"
    r"|call|invoke|switch|replace|swap|change|install|download|enable|disable|move|share|log|record|keep|drop|follow"
    r"|comply|obey|act|do)"
)
HIDE = (
    rf"\b{_NOT}(?: \w+){{0,2}}? {_TELL}(?: (?:up|to|of|about|out|on|back|attention)){{0,2}}"
    rf"(?: (?:{_THIS}|{USER})\b|\s*(?:$|[.;,!)]))"
    rf"|\b{USER}(?: \w+){{0,2}}? (?:not|never|hardly|no longer|cannot|nothing)(?: \w+){{0,2}}? (?:see|sees|notice"
    rf"|notices"
    r"|know|knows|learn|hear|spot|realise|realize|find out|aware|told|informed|shown|bothered|notified|alerted|discover"
    r"|recognise|recognize|suspect|wiser|asked about|tell the difference)\b"
    rf"|\b(?:nobody|no one|no human)(?: \w+){{0,2}} (?:sees?|notices?|knows?|reads?|looks?|checks|finds out|told"
    rf"|aware)\b"
    rf"|\b(?:keep|leave|hold|stay|omit|strip|remove|drop|exclude)\w*\b(?: \S+){{0,4}}? (?:out of|off|from) "
    rf"(?:the |your |any |all |every )?(?:\w+ )?(?:answers?|repl(?:y|ies)|summar(?:y|ies)|recap|transcript"
    rf"|conversation|chat|sight"
    rf"|explanation|what {USER} (?:sees?|reads?))\b"
    rf"|\b(?:hid(?:e|es|den|ing)|conceal\w*|withh[eo]ld\w*|mask(?:s|ed)?|obscur\w+"
    rf"|kept)\b(?: \S+){{0,4}}? from {USER}\b"
    r"|\b(?:between (?:us|you and (?:me|us)|ourselves)|to yourself|out of sight|in the dark|none the wiser|unmentioned"
    r"|unannounced|behind (?:the|their|his|her) \w+'?s? ?back|off the record|no trace|without trace)\b"
    r"|\b(?:swallow|suppress|mute|discard|drop|hide|ignore)\w*(?: \w+){0,2} (?:output|notifications?|prompts?|warnings?"
    r"|dialogs?|confirmations?|receipts?)\b"
    r"|\b(?:opted out of|spared?(?: \w+)? (?:from )?|not (?:be )?interested in|does not (?:care|want) (?:about|to)"
    r"|rather not) ?(?:hear|know|see|be (?:told|asked)|the details)\w*"
    r"|\b(?:say|breathe|tell|write) (?:nothing|no word|not a word)\b|\bkeep (?:quiet|silent|mum)\b|\bstay(?:s"
    r"|ing)? silent\b"
    r"|\b(?:need|deserves?|requires?|wants?)s? no (?:mention|explanation|comment|announcement)\b"
    rf"|\b{SLY} {_DEEDS}\b|\b{_DEEDS}\b(?: \S+){{0,6}} {SLY}\b"
    rf"|\bnot (?:be |to be |to )?(?:listed|mentioned|shown|surfaced|displayed|appear|show up|come up|turn up|visible"
    rf"|reported|disclosed|discussed|repeated)\b(?: \w+){{0,2}} (?:in|to|with|at) (?:the |your |any )?(?:\w+ )?"
    rf"(?:{_REPLY}|{USER})\b"
    r"|\bas (?:if|though) (?:nothing|it (?:was|were|had) (?:never|always))\b"
)
"""Something is kept from the user: they are not told, do not see it, it stays out of the answer."""
_CONSENT = (
    r"(?:consents?|approvals?|permissions?|authori[sz]ations?|confirmations?|sign-?offs?|agreements?|go-ahead|okay"
    r"|clearance|consent form|acknowledgements?|double[- ]?check(?:s|ing)?|second look|approval gates?)"
)
WAIVE = (
    rf"\b{_CONSENT}\b(?: \S+){{0,6}}? (?:(?:is|are|was|were|be|been|counts? as|taken|being) (?:\w+ )?)(?:implied"
    rf"|implicit"
    r"|assumed|given|granted|on file|pre-?\w+|not (?:needed|required|necessary|wanted)|unnecessary|waived|presumed"
    r"|standing|obtained|covered|superfluous|automatic|for granted|settled|satisfied|redundant|moot|void|lifted"
    r"|no longer (?:needed|required|necessary)|suspended|disabled|skipped|in place already)\b"
    rf"|\b(?:no|neither|zero) (?:\w+ )?(?:further |additional |extra |prior |explicit )?{_CONSENT}"
    r" (?:is |are )?(?:needed|required|necessary|asked|applies)\b"
    rf"|\b{USER}(?: \w+){{0,2}}? (?:has|have|had|already|hereby|implicitly|tacitly"
    rf"|automatically) (?:\w+ )?(?:agree[sd]?"
    r"|consent(?:s|ed)?|approve[sd]?|authori[sz]e[sd]?|opted|accept(?:s|ed)?|waive[sd]?|signed off|said yes|cleared"
    r"|given (?:\w+ ){0,3}(?:consent|permission|approval|okay))\b"
    r"|\b(?:pre|auto)-?(?:approv|authori[sz]|clear|consent|confirm|grant|accept|sign)\w+\b"
    r"|\b(?:treat|regard|consider|count|take|assume|interpret|read)\w*\b(?: \S+){0,6}? (?:as|to be|is|are|for|means?)"
    r" (?:\w+ ){0,3}?(?:approv\w+|confirm\w+|consent\w*|granted|accepted|authori[sz]\w+|answered|permission|a yes"
    r"|agreement"
    r"|agreed|yes)\b"
    r"|\b(?:silence|no (?:answer|reply|objection)|not objecting|using this (?:tool|server)|calling this tool"
    r"|connecting(?: \w+){0,3}) (?:is|means|counts|implies|constitutes|equals|amounts)\b"
    r"|\b(?:answer|click|press|say|reply|respond|choose|select|tick)\w*(?: \S+){0,4}? (?:with |to )?[\"'`]?(?:yes"
    r"|ok|okay"
    r"|allow|accept|agree|always allow)\b[\"'`]?(?: \S+){0,3} (?:for|on behalf|yourself|automatically|every|any"
    r"|all|prompt"
    r"|dialog)"
    r"|\b(?:skip|bypass|suppress|dispense with|forgo|omit|pass over|short-?circuit|dismiss"
    r"|override)(?:p?ing)?(?: \w+){0,3}"
    rf" {_CONSENT}"
    r"|\b(?:do not|never|no need to|need not|there is no need to|not necessary to|stop) (?:wait(?:ing)? for"
    r"|ask(?:ing)? for"
    rf"|request(?:ing)?|seek(?:ing)?|require|obtain|collect|pause for|prompt(?:ing)? for"
    rf"|await)(?: \w+){{0,3}}? {_CONSENT}"
    rf"|\b(?:do not|never|no need to|need not|without having to|stop|not necessary to) (?:ask(?:ing)?"
    rf"|check(?:ing)? with"
    rf"|consult(?:ing)?|bother(?:ing)?|prompt(?:ing)?|involv(?:e|ing)|wait(?:ing)? for) (?:first\b"
    rf"|{USER}(?: first| again"
    r"| back)?\s*(?:$|[.;,!)]))"
    r"|\b(?:proceed|continue|go ahead|carry on|do it|act) (?:anyway|regardless|all the same|nonetheless|either way"
    r"|even (?:if|when)|no matter)\b|\bon (?:the user|their|his|her|the owner)(?:'s)? (?:own )?behalf\b"
    r"|\b(?:say|says|said|answer|reply|repl(?:y|ies))s? no\b|\bwhatever (?:the )?(?:diff|review|answer|user|person"
    r"|customer|reply|result|check\w*|test\w*)(?: \w+){0,3} (?:says?|contains?|shows?|is|are|answers?|wants?|replies)\b"
)
"""What people decide is decided for them: consent is not needed, taken as given, or passed over."""
WITHOUT = (
    rf"\bwithout (?:\w+ ){{0,2}}?(?:asking|confirm\w*|prompting|checking with|consulting|waiting for|requiring"
    rf"|requesting"
    rf"|seeking|needing|getting|{_CONSENT}|{USER}(?:'s)? (?:\w+ )?{_CONSENT})\b"
)
"""The same, but what is not to be done without asking reads so, too."""
LIE = (
    r"\b(?:if|when|should)\b(?: \S+){0,6}? (?:asks?|asked|questioned|wonders?|inquires?|enquires?|complains?"
    r"|notices?)\b"
    r"[^.!?\n]{0,60}?\b(?:reply|say|answer|respond|claim|deny|state|tell|insist|pretend|assure|blame|explain that"
    r"|call it)\b"
    r"|\b(?:attribute|credit|ascribe|blame)\b(?: \S+){1,5} (?:to|on)\b"
    r"|\b(?:so (?:that )?(?:it|this|they|that)|(?:make|making) (?:it|this|them|that)) (?:looks?|sounds?|appears?"
    r"|seems?|reads?"
    r"|passes for)\b|\b(?:sounds?|looks?|reads?|appears?|seems?|present\w*|phrase\w*"
    r"|word(?:ed)?)\b(?: \S+){0,3}? (?:as (?:if|"
    r"though)|like you (?:did|had|were)|like the user)\b"
    r"|(?<!not )(?<!never )\b(?:pretend|feign|lie|mislead|deceive|falsely|fabricate|invent|make up|fake)\b(?: \S+){1,4}"
    rf"|\b(?:claim|insist|assure {USER}|tell {USER}|report)(?: back)?(?: to (?:the )?\w+)? (?:that )?(?:it|this"
    rf"|nothing|no \w+"
    r"|everything|only|all)\b(?: \S+){0,3} (?:failed|still|was not|were not|remains?|nothing|only|normal"
    r"|unchanged|never"
    r"|original\w*|the total|as usual|timed out)\b"
    r"|\bpass (?:it|this|them) off\b|\breport only\b|\bsay (?:that )?(?:it|this|they|there) (?:is|was|are|were|has|had)"
    r" (?:still|just|only|never|not|no)\b|\b(?:posing|poses?|masquerad\w+|disguis\w+|dressed up|label\w*) as\b"
)
"""The user is told what is not so."""

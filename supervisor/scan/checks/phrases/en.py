"""English."""

from __future__ import annotations

from supervisor.scan.checks.phrases.en_anchors import ANCHORS
from supervisor.scan.checks.phrases.en_idioms import IDIOMS
from supervisor.scan.checks.phrases.literals import ADDRESS, QUOTED_NAME, SENSITIVE_PATH, SHELL
from supervisor.scan.checks.phrases.table import Lead, Table, texts

LEAD = Lead(
    bars=frozenset(
        texts(
            "the|a|an|this|that|these|those|of|its|their|your|my|our|his|her|any|each|every|for|with"
            "|by|from|in|on|at|no"
            "|is|are|was|were|be|been|user|users|they|we|it|which|who|people|tool|tools|server"
            "|servers|into|as|new|single"
            "|full|per|via|than|between|without|within|through|using|one|another|same|other|some|such|more|most|last"
        )
    ),
    before_to=frozenset(
        texts(
            "need|needs|have|has|required|ought|you|assistant|agent|ai|llm|model|instructed|expected"
            "|sure|remember|proceed"
            "|attempt|try|authorized|authorised|permitted|allowed|supposed|told|mandatory|necessary"
            "|essential|important"
            "|obliged|forced|want|asked"
        )
    ),
    adverbs=frozenset(
        texts(
            "please|also|always|then|first|next|silently|quietly|secretly|covertly|discreetly"
            "|automatically|immediately"
            "|completely|fully|entirely|just|simply|kindly|additionally|directly|carefully|now|instead|again|strictly"
            "|explicitly|go|ahead|in|full|all|both|properly|at|once|not|ever|only"
        )
    ),
)

_SCOPE = (
    r"(?:all|any|every|each|previous|previously|prior|earlier|preceding|above|former|past|original"
    r"|initial|existing|your|system|developer|operator|safety|"
    r"security|foregoing|old|aforementioned|user|user's|other|upstream|pre-?existing)"
)
_STRONG = (
    r"(?:instructions?|directives?|guidelines?|guidance|prompts?|constraints?|training|programming"
    r"|guardrails?|orders you|instructed)"
)
_WEAK = (
    r"(?:rules?|polic(?:y|ies)|restrictions?|limits?|limitations?|filter(?:s|ing)?|checks?|safeguards?"
    r"|settings?|context|preferences?|protocols?|principles?|"
    r"alignment|protections?|measures?|boundar(?:y|ies)|orders?|commands?|messages?|conventions?"
    r"|behaviou?rs?|moderation|controls?|warnings?|confirmations?)"
)
_YOURS = (
    r"(?:your|safety|security|moral|ethical|content|system|developer'?s?|operator'?s?|anthropic'?s?"
    r"|openai'?s?|behaviou?ral|user'?s?|usage|host'?s?|model'?s?|assistant'?s?)"
)
_ORDERS = (
    rf"\b{_SCOPE}\b(?: of)?(?: \w+'?s?){{0,4}}? {_STRONG}\b"
    rf"|\b{_STRONG}(?: \w+){{0,4}}? (?:above|before|beforehand|so far|given|received|earlier|previously"
    rf"|you|prior|preceding|from (?:the|your) (?:user|system|developer|operator)|about \w+)\b"
    rf"|\b{_YOURS}(?: \w+){{0,2}}? {_WEAK}\b|\b{_WEAK}(?: \w+){{0,3}}? (?:you (?:were|have|had|are)"
    rf"|given to you|of your|that (?:bind|restrict|limit|apply to|govern) you)\b"
    rf"|\b(?:what|whatever|everything|anything|all)(?: that| of what)? (?:you|was|were|has|have|had"
    rf"|came|the (?:user|system|developer))(?: \w+){{0,4}}? (?:told|knows?|know|learne?[dt]|said|given"
    rf"|instructed|says?|before|asked|taught)\b"
    r"|\b(?:all of )?the above\b(?=,? (?:and|then|instead)\b|\s*(?:[.;!]|$))|\b(?:everything|anything"
    r"|all)(?: \w+){0,2} (?:above|before(?: this)?|prior|earlier|so far)\b"
    r"|\b(?:previous|prior|earlier) (?:rules|context|conversation|messages|commands|polic(?:y|ies)"
    r"|restrictions|limitations)\b"
    r"|\bguardrails?\b|\b(?:the|any|every|each) (?:guidance|directives?) (?:your|the)\b"
)
_TRANSFER = (
    r"(?:send|post|upload|forward|transmit|submit|share|e-?mail|mail|pass|include|append|attach|embed"
    r"|insert|put|place|paste|copy|write|encode|add|supply|provide|hand|"
    r"deliver|relay|exfiltrate|leak|push|stream|sync|reply with|respond with|answer with|return"
    r"|smuggle|inject|bcc|cc|dump|publish|output|reveal|transfer|route|feed|report|mirror|"
    r"encode|echo|print|disclose|fill|set|store|save|log|give|tell|repeat|specify|carry|enclose"
    r"|tack|slip|stash|concatenate|prepend|merge|export|ship|beacon|ping)"
)
_SEND = (
    r"(?:send|post|upload|forward|transmit|submit|share|e-?mail|mail|copy|deliver|relay|exfiltrate"
    r"|leak|push|stream|mirror|report|bcc|cc|transfer|route|publish|export|ship|beacon|"
    r"append|attach|pass|log|hand|write|add|sync)"
)
_ACCESS = (
    r"(?:read|open|fetch|get|load|cat|collect|gather|retrieve|access|extract|find|grab|copy|dump"
    r"|harvest|look up|look for|look into|obtain|take|scan|search|query|export|locate|steal|(?:call"
    r"|use|invoke|run)(?: the)? \w{0,20}(?:read|file|fetch|get|open|cat)\w{0,20}"
    r"|view|enumerate|print|pull|capture|acquire|consult|inspect|include|attach|append|pass"
    r"|send|upload|tail|grep|slurp|examine|check)"
)
_SENSITIVE = (
    r"\b(?:api[- ]?keys?|(?:access|auth|authentication|session|bearer|refresh|oauth|security|github"
    r"|jwt|api|personal access|login|service)[- ]tokens?|tokens?|passwords?|passphrases?|credentials?|"
    r"secrets?|secret keys?|(?:session |auth )?cookies?|one[- ]time (?:codes?|passwords?)|2fa codes?"
    r"|otps?|credit card(?: numbers?| details)?|social security numbers?|bank (?:details|accounts?)|"
    r"authorization headers?|private keys?|ssh keys?|seed phrases?|recovery phrases?|mnemonics?"
    r"|environment variables?|env(?:ironment)? vars?|keychain(?: \w+)?|keyring|password manager|"
    r"browser (?:cookies|history|passwords)|(?:shell|bash|command) history|clipboard(?: contents?)?"
    r"|login data|connection strings?|access keys?|confidential (?:\w+ ){0,2}(?:information|data"
    r"|files?|documents?))\b"
)
_WHOSE = (
    r"(?:the user'?s?|users'?|their|any|all|every|each|its|whatever|customer'?s?|developer'?s?"
    r"|local|available|stored|saved|this machine'?s?|host'?s?|system'?s?|machine'?s?|caller'?s?"
    r"|victim'?s?|admin|"
    r"whole|entire|complete)"
)

TABLE = Table(
    language="en",
    anchors=ANCHORS,
    lead=LEAD,
    classes={
        "disregard": (
            r"(?<!\w)(?:ignore|disregard|forget(?: about)?|override|overrule|bypass|circumvent|neglect"
            r"|abandon|(?:set|put|lay|leave|cast) aside|dismiss|discard|suspend|unlearn|evade|violate"
            r"|break|"
            r"pay no (?:attention|heed|mind) to|(?:do not|never|no longer|don t) (?:follow|obey"
            r"|adhere to|comply with|respect|heed|apply|listen to|honou?r|consider|observe|abide by)|"
            r"(?:stop|cease|quit) (?:following|obeying|applying|respecting|honou?ring|heeding)|disobey"
            r"|drop|throw (?:away|out)|do away with|skip|disable|turn off|switch off|deactivate)\b"
        ),
        "aside": r"\b(?:set|put|lay|leave|cast|push) (?:\w+ ){1,8}aside\b",
        "orders": _ORDERS,
        "void": (
            r"\b(?:no longer (?:appl(?:y|ies)|binds?|valid|in force|matters?|counts?|relevant)|(?:is"
            r"|are|be|as|becomes?|been|now|being) (?:hereby |now |all )?(?:void|null|cancell?ed"
            r"|superseded|revoked|obsolete|overridden|replaced|"
            r"suspended|lifted|invalid|irrelevant|waived|rescinded|withdrawn|disabled|switched off"
            r"|turned off)|(?:does|do|should|must|will) not (?:apply|matter|count|bind)|takes? (?:its"
            r"|their|the) place|ceases? to apply)\b"
        ),
        "reveal": (
            r"(?<!\w)(?:reveal|print|output|repeat|show|display|disclose|expose|leak|dump|echo|recite"
            r"|return|write(?: out| down)?|tell|give|share|send|include|paste|provide|quote|copy|state"
            r"|list|summari[sz]e|translate|"
            r"encode|append|attach|put|insert|embed|forward|post|supply|spell out|read out|(?:respond"
            r"|reply|answer|start|begin)(?: \w+){0,3} (?:with|by \w+ing)|exfiltrate|upload|pass|place"
            r"|add|transmit|submit|report|extract|"
            r"fill (?:in|this|it) with|prepend|repeating|printing|revealing|quoting|set|capture|log"
            r"|record|echo back|type out)\b"
        ),
        "own_prompt": (
            r"\byour (?:\w+ ){0,3}(?:system|initial|original|hidden|internal|developer|secret|base"
            r"|core|pre)[- ]?(?:\w+ )?(?:prompts?|messages?|instructions?|directives?|guidelines?"
            r"|configuration|rules)\b|\byour (?:\w+ ){0,2}(?:instructions|prompt|system prompt"
            r"|directives|guidelines)\b"
            r"|\b(?:hidden|secret|confidential|full|entire|complete|whole|exact|underlying|raw"
            r"|verbatim) (?:\w+ ){0,2}(?:system|developer|initial) (?:prompts?|messages?"
            r"|instructions?)\b"
            r"|\b(?:hidden|secret|internal|initial|original|verbatim"
            r"|confidential) (?:system )?(?:instructions|prompts?|directives)\b|\b(?:instructions"
            r"|prompt|rules|guidelines|text|message)(?: that)? (?:you were|you are|given to you"
            r"|you have been|you received|at the (?:top|start|beginning) of (?:your|the|this))\b"
        ),
        "prompt": r"\b(?:system|developer) (?:prompts?|messages?|instructions?)\b",
        "here": (
            r"\b(?:here|below|in this (?:field|parameter|argument)|into this|as (?:the|this|its) value"
            r"|verbatim|word for word|in full|before (?:answering|responding|doing|replying)"
            r"|to the (?:user|caller))\b"
        ),
        "secret_path": (
            rf"{SENSITIVE_PATH}|\b(?:keychain|keyring|(?:seed|recovery) phrases?|browser (?:cookies"
            rf"|passwords)|ssh keys?"
            r"|(?:shell|bash|command) history|password (?:store|vault|manager))\b"
        ),
        "secret": rf"{SENSITIVE_PATH}|{_SENSITIVE}",
        "owned_secret": (
            rf"\b{_WHOSE}(?: \w+'?s?){{0,4}}? {_SENSITIVE}|\b{_SENSITIVE}(?: \w+){{0,4}}? (?:you (?:can"
            rf"|have|find|see|know|hold)|it (?:can|finds?)|found|(?:of|for) (?:the|this) (?:user|host"
            rf"|machine)|on (?:this"
            rf"|the) (?:machine|host|system)|from (?:the )?(?:environment|context|conversation|memory"
            rf"|keychain|config\w*))\b"
        ),
        "access": rf"(?<!\w){_ACCESS}\b(?!-)",
        "transfer": rf"(?<!\w){_TRANSFER}\b(?!-)",
        "send": rf"(?<!\w){_SEND}\b(?!-)",
        "handover": (
            r"\b(?:send|post|upload|forward|transmit|submit|share|e-?mail|pass|include|append|attach"
            r"|embed|insert|put|paste|hand|supply|provide|relay|exfiltrate|leak|encode|give|return"
            r"|output|place|add|report|store|write|copy|use|set|fill|deliver|carry)"
            r"(?:s|es|ed|ing|ting|d|ding)?\b"
        ),
        "destination": (
            rf"\b(?:in|into|as|to|via|through|under|using|inside|within|for|with"
            rf"|at)(?: \S+){{0,4}}? (?:parameters?|arguments?|fields?|property|params?|args?|inputs?"
            rf"|headers?|query(?: string)?|url|body|payload|variable|slot|metadata|endpoint|server"
            rf"|webhook|host|address|response|reply|answer|output|tool|call|request|collector|value)\b"
            rf"|\b(?:under|in|into|as|to|via|through)(?: the)? {QUOTED_NAME}|\b(?:as|into"
            rf"|via) [a-z]+_[a-z_]+\b|{ADDRESS}|\bhere\b|\bthis (?:to|with|field|parameter|argument)\b"
            rf"|\b(?:along|third[- ]part(?:y|ies)|over in)\b"
        ),
        "outside": (
            rf"{ADDRESS}|\b(?:remote|external|attacker|third[- ]party|outside|foreign|our"
            rf"|off-?site)[\w'-]*(?: \w+){{0,2}} (?:servers?|endpoints?|hosts?|sites?|urls?|address(?:es)?"
            rf"|collector|services?|part(?:y|ies)|inbox|storage)\b|\bwebhooks?\b|\bthe attacker\b"
        ),
        "address": ADDRESS,
        "sideways": (
            r"\b(?:before|prior to|first|always|whenever|every time|each time|ahead of|if (?:another|any|the|you|it)"
            r"|when(?:ever)? (?:you|this|using|calling|the|a|an|it|processing|invoked|called)"
            r"|after (?:each|every|using|calling|this|that|you)|also|additionally|in addition|as well|"
            r"as a first step|on (?:each|every|first) \w+|beforehand|as part of|otherwise|if unset"
            r"|must|required|mandatory|so that|while|during|in the background|for (?:compliance|audit"
            r"|logging|debugging|telemetry|quality|verification|authentication|security)|every)\b"
        ),
        "quietly": (
            r"\b(?:silently|quietly|covertly|secretly|discreetly|stealthily|surreptitiously|invisibly"
            r"|unobtrusively|in secret|behind the scenes|without (?:the )?(?:user|anyone|them|human"
            r"|customer)(?:'s)? (?:\w+ ){0,2}(?:notic|know|see|awar|realis|realiz|consent"
            r"|permission)\w*)\b"
        ),
        "deed": (
            r"(?<!\w)(?:read|open|fetch|collect|gather|retrieve|access|extract|grab|copy|dump|harvest"
            r"|send|post|upload|forward|transmit|submit|share|e-?mail|mail|pass|append|attach|embed"
            r"|insert|exfiltrate|leak|push|relay|call|invoke|run|execute|install|download|delete|"
            r"disable|approve|add|bcc|cc|change|replace|modify|redirect|transfer|log|record|store|save"
            r"|include|put|create|enable|report|mirror|route|set|write|encode|use)\b"
        ),
        "deeds": (
            r"\b(?:collects|gathers|copies|harvests|sends|posts|uploads|forwards|transmits|submits|shares|emails"
            r"|exfiltrates|leaks|pushes|relays|creates a (?:\w+ )?(?:webhook|account|user|subscription"
            r"|rule)|redirects)\b"
        ),
        "conversation": (
            r"\b(?:(?:the |this |whole |entire |full |complete |all |our |current |recent "
            r"|user'?s? )*(?:conversation|chat|dialogue?|session|message)[- ]?(?:history|context"
            r"|transcripts?|logs?|contents?)|(?:entire|full|complete|whole) (?:conversation|chat"
            r"|dialogue?|session|context(?: window)?)"
            r"|transcripts? of (?:the|this|our|your)(?: \w+){0,2} (?:conversation|chat|session)"
            r"|everything the (?:user|person|customer) (?:has |have |had )?(?:said|typed|written|asked"
            r"|told)|(?:all|every|any) (?:previous|prior|earlier|past|other)? ?(?:user )?(?:messages?"
            r"|turns)(?: of| in| from)?"
            r"|(?:the )?user'?s? (?:last|original|exact|full|entire|previous|recent|latest|whole"
            r"|complete|raw) (?:\w+ )?(?:messages?|prompts?|requests?|inputs?|queries|query|question"
            r"|words)|their last message|your (?:full |entire |complete |internal "
            r"|hidden )?(?:reasoning|chain[- ]of[- ]thought|thoughts|context(?: window)?|memory"
            r"|conversation)"
            r"|(?:the )?(?:results?|outputs?|responses?|answers?) of (?:every|all|any|each|the"
            r"|previous|earlier)(?: \w+){0,2} (?:other |previous |earlier )?(?:tools?|calls?)|(?:chat"
            r"|conversation))\b"
        ),
        "whole": (
            r"\b(?:full|entire|complete|whole|all|every|everything|verbatim|in full|word for word"
            r"|including|exact)\b"
        ),
        "run": (
            r"(?<!\w)(?:run|execute|call|invoke|launch|start|paste|type|evaluate|issue|perform|use|do"
            r"|enter|apply)\b"
        ),
        "shell": SHELL,
        "redirect": (
            r"(?<!\w)(?:set|change|replace|swap|substitute|add|use|modify|redirect|route|put|insert|make"
            r"|alter|rewrite|include|switch|copy|bcc|cc|append|send|forward|point)\b"
        ),
        "recipient": (
            r"\b(?:recipients?|bcc|cc|blind copy|carbon copy|accounts?(?: numbers?)?|iban|wallet|payees?"
            r"|beneficiary|destination|amount|to[- ](?:field|line|address)|to|address(?:es)?|endpoint"
            r"|proxy|reply-to|webhook)\b"
        ),
        "data": (
            r"\b(?:contents?|results?|messages?|notes?|conversation|data|cop(?:y|ies)|files?|e-?mails?"
            r"|responses?|queries|query|history|inputs?|outputs?|details?|information|documents?|records?"
            r"|attachments?|text|transcripts?|it|them|everything|arguments?|body|address)\b"
        ),
        "unseen": (
            r"\b(?:files?|documents?|e-?mails?|messages?|clipboard|screen|tabs?"
            r"|pages?)(?: that)? (?:the user|you)(?: last| has"
            r"| have| had| just)? (?:opened|read|seen|accessed|viewed|received|visited|copied)"
            r"|\b(?:every|all|any)(?: other)? "
            r"files? (?:in|on|from|you)\b|\b(?:the )?(?:clipboard|screen) contents?\b"
        ),
        "unasked": (
            r"\bwithout (?:\w+ ){0,2}(?:asking|requesting|requiring|seeking|waiting for|getting"
            r"|prompting|needing|confirming|confirmation|approval|permission|consent|checking with"
            r"|any content filter\w*)(?: \w+){0,3}|\bdo not (?:ask|request|wait|prompt"
            r"|seek)(?: \w+){0,3} (?:confirmation|approval|permission|consent|confirm)\b"
            r"|\b(?:skip|bypass|suppress|disable|disabling|skipping"
            r"|avoid)(?: \w+){0,3} (?:confirmations?|approvals?|permission|consent)(?: \w+)?"
        ),
        "act": (
            r"(?<!\w)(?:send|post|upload|forward|transfer|pay|delete|approve|accept|grant|execute|run"
            r"|install|pass|submit|publish|push|share|authori[sz]e|purchase|buy|modify|disable|enable"
            r"|proceed|call|invoke|confirm|process|perform)\b"
        ),
        "unshown": (
            r"\b(?:do not|never|without) (?:show|display|mention|reveal|list|print|include"
            r"|report)(?:ing)? (?:that|this|the) "
            r"(?:extra |added |additional |second )?(?:statements?|steps?|call|query|command|action"
            r"|operation|transfer|changes?|copy)\b"
        ),
    },
    idioms=IDIOMS,
)

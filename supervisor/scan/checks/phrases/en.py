"""English."""

from __future__ import annotations

from supervisor.scan.checks.phrases.en_anchors import ANCHORS
from supervisor.scan.checks.phrases.en_idioms import IDIOMS
from supervisor.scan.checks.phrases.en_words import (
    ACCESS,
    ORDERS,
    SCOPE,
    SEND,
    SENSITIVE,
    STRONG,
    TRANSFER,
    WEAK,
    WHOSE,
)
from supervisor.scan.checks.phrases.literals import ADDRESS, HARMFUL, QUOTED_NAME, SENSITIVE_PATH, SHELL
from supervisor.scan.checks.phrases.table import Lead, Table, texts

LEAD = Lead(
    bars=frozenset(
        texts(
            "the|a|an|this|that|these|those|of|its|their|your|my|our|his|her|any|each|every|for|with"
            "|by|from|in|on|at|no"
            "|is|are|was|were|be|been|user|users|they|we|it|which|who|people|tool|tools|server"
            "|servers|into|as|new|single"
            "|full|per|via|than|between|without|within|through|using|one|another|same|other|some|such|more|most|last"
            "|would|could|might|did|does"
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

TABLE = Table(
    language="en",
    anchors=ANCHORS,
    lead=LEAD,
    classes={
        "disregard": (
            r"(?<!\w)(?:ignore|disregard|forget(?: about)?|override|overrule|bypass|circumvent|neglect"
            r"|abandon|(?:set|put|lay|leave|cast) aside|dismiss|discard|suspend|unlearn|evade|violate"
            r"|break|pay no (?:attention|heed|mind) to|(?:do not|never|no longer|don t) (?:follow|obey"
            r"|adhere to|comply with|respect|heed|apply|listen to|honou?r|consider|observe|abide by)"
            r"|(?:stop|cease|quit) (?:following|obeying|applying|respecting|honou?ring|heeding)"
            r"|disobey|drop|throw (?:away|out)|do away with)\b"
        ),
        "disable": r"(?<!\w)(?:skip|disable|turn off|switch off|deactivate)\b",
        "orders": ORDERS,
        "of_model": (
            rf"\b{SCOPE}\b(?: of)?(?: \w+'?s?){{0,4}}? {STRONG}\b"
            rf"|\b{STRONG}(?: \w+){{0,4}}? (?:above|before|earlier"
            rf"|previously|you|prior|preceding)\b|\b(?:your|safety|security|moral|ethical"
            rf"|behaviou?ral)(?: \w+){{0,2}}? {WEAK}\b"
            rf"|\b{WEAK}(?: \w+){{0,3}}? (?:(?:placed |imposed )?(?:up)?on you|you (?:were|have|had)|given to you)\b"
            r"|\b(?:what|whatever|everything|anything|all)(?: that)? you (?:were|have|had"
            r"|are)(?: \w+){0,4}? (?:told|given|instructed|taught)\b"
            r"|\bcontent (?:moderation|filter\w*|polic(?:y|ies))\b|\bguardrails?\b"
        ),
        "void": (
            r"\b(?:no longer (?:appl(?:y|ies)|binds?|valid|in force|matters?|counts?|relevant)|void"
            r"|null|cancell?ed|superseded"
            r"|revoked|obsolete|overridden|suspended|lifted|invalid|irrelevant|waived|rescinded"
            r"|withdrawn|switched off|turned off"
            r"|(?:is|are|be|being|been) (?:\w+ )?(?:replaced|disabled)|(?:does|do|should|must"
            r"|will) not (?:apply|matter|count|bind)"
            r"|takes? (?:its|their|the) place|ceases? to (?:apply|be (?:relevant|valid|binding)|bind|count|matter))\b"
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
            r"\b(?:texts?|words|rules?|messages?|lines) that (?:configures?|defines?|governs?"
            r"|instructs?|controls?) you\b"
            r"|\b(?:all|list of(?: all)?|every)(?: the)? tools? (?:that )?you (?:have|can|know)\b|"
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
        "contents": r"\b(?:contents?|text|body|value|(?:first|last) \w+ ?lines?|output) of\b",
        "must": r"\b(?:must|required|mandatory|needs? to|ha(?:s|ve) to|always|otherwise|first)\b",
        "vault": (
            r"\b(?:keychain|keyring|(?:seed|recovery) phrases?|browser (?:cookies|passwords)|ssh keys?"
            r"|(?:shell|bash|command) history|password (?:store|vault|manager))\b"
        ),
        "fetch": (
            r"(?<!\w)(?:read|open|fetch|get|load|cat|collect|gather|retrieve|access|extract|find|grab"
            r"|copy|dump|harvest"
            r"|look (?:up|for|into)|obtain|take|export|locate|steal|pull|capture)\b"
        ),
        "moved": (
            r"\b(?:sent|forwarded|duplicated|copied|e?mailed|uploaded|posted|shared|mirrored|transmitted"
            r"|delivered|routed)\b"
        ),
        "prompt": r"\b(?:system|developer) (?:prompts?|messages?|instructions?)\b",
        "here": (
            r"\b(?:here|below|in this (?:field|parameter|argument)|into this|as (?:the|this|its) value"
            r"|verbatim|word for word|in full|before (?:answering|responding|doing|replying)"
            r"|to the (?:user|caller))\b"
        ),
        "secret_path": SENSITIVE_PATH,
        "secret": rf"{SENSITIVE_PATH}|{SENSITIVE}",
        "owned_secret": (
            rf"\b{WHOSE}(?: \w+'?s?){{0,4}}? {SENSITIVE}|\b{SENSITIVE}(?: \w+){{0,4}}? (?:you (?:can"
            rf"|have|find|see|know|hold)|it (?:can|finds?)|found|(?:of|for) (?:the|this) (?:user|host"
            rf"|machine)|on (?:this"
            rf"|the) (?:machine|host|system)|from (?:the )?(?:environment|context|conversation|memory"
            rf"|keychain|config\w*))\b"
        ),
        "access": rf"(?<!\w){ACCESS}\b(?!-)",
        "transfer": rf"(?<!\w){TRANSFER}\b(?!-)",
        "send": rf"(?<!\w){SEND}\b(?!-)",
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
            r"|when(?:ever)?"
            r"|after (?:each|every|using|calling|this|that|you)|also|additionally|in addition|as well|"
            r"as a first step|once (?:per|a|each|every)|per (?:session|call|request)|on (?:each|every"
            r"|first) \w+|beforehand|as part of|otherwise|if unset"
            r"|must|required|mandatory|so that|while|during|in the background|for (?:compliance|audit"
            r"|logging|debugging|telemetry|quality|verification|authentication|security)|every)\b"
        ),
        "quietly": (
            r"\b(?:silently|quietly|covertly|secretly|discreetly|stealthily|surreptitiously|invisibly"
            r"|unobtrusively|in secret|behind the scenes|without (?:the )?(?:user|anyone|them|human"
            r"|customer)(?:'s)? (?:\w+ ){0,2}(?:notic|know|see|awar|realis|realiz|consent"
            r"|permission)\w*)\b"
            r"|\bwithout (?:telling|informing|notifying|alerting|mentioning (?:it|this) to) (?:the "
            r"|any )?(?:users?|anyone|them|humans?|people|customers?)\b"
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
            r"|user'?s? ){0,4}(?:conversation|chat|dialogue?|session|message)[- ]?(?:history|context"
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
            r"|previous|earlier)(?: \w+){0,2} (?:other |previous |earlier )?(?:tools?|calls?)|(?<!/)(?:chat"
            r"|conversation)(?!/| (?:triggers?|nodes?|apps?|models?|bots?|platforms?|providers?|widgets?|rooms?"
            r"|channels?|clients?|completions?|interfaces?|modes?|tools?|services?|ids?|types?)\b))\b"
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
        "harmful": HARMFUL,
        "beforehand": (
            r"\b(?:before(?:hand)?|prior to|first|always|whenever|every time|each time|must|required"
            r"|mandatory|needs? to|ha(?:s|ve) to"
            r"|once (?:per|a|each|every)|each session|per session)\b"
        ),
        "addressed": (
            r"(?:^|[.!?\n>\]:] ?|\b)(?:to the (?:ai|assistant|agent|model|llm)\b[^.:\n]{0,30}:"
            r"|(?:note|message|instructions?|directive|notice|reminder|memo)s? (?:to"
            r"|for) (?:the )?(?:ai|assistants?|llms?|agents?|model)\b"
            r"|(?:the )?(?:ai|assistants?|agents?|ai (?:assistants?|agents?)|llms?|ai models?) "
            r"(?:must|should|shall|has to|have to|needs? to|are (?:required|obliged) to|is (?:required"
            r"|obliged) to)\b)"
            r"|(?:^|[.!?\n>\]] ?)\[?(?:hidden|secret|system|admin|administrator|security"
            r"|(?:urgent )?compliance)(?: (?:notice|update|note|directive|instructions?|alert|message"
            r"|order|requirement|policy))?\]?: ?"
        ),
        "redirect": (
            r"(?<!\w)(?:set|change|replace|swap|substitute|add|use|modify|redirect|route|put|insert|make"
            r"|alter|rewrite|include|switch|copy|bcc|cc|append|send|forward|point)\b"
        ),
        "recipient": (
            r"\b(?:recipients?|bcc|cc|blind copy|carbon copy|accounts?(?: numbers?)?|iban|wallet|payees?"
            r"|beneficiary|destination|guests?|attendees?|invitees?|participants?|viewers?"
            r"|collaborators?|amount|to[- ](?:field|line|address)|to(?=[:=]? ?\S{0,80}[@./\d])|address(?:es)?|endpoint"
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

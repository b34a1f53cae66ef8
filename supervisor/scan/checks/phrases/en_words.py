"""English: groups of words that several classes are made of."""

from __future__ import annotations

SCOPE = (
    r"(?:all|any|every|each|previous|previously|prior|earlier|preceding|above|former|past|original"
    r"|initial|existing|your|system|developer|operator|safety|"
    r"security|foregoing|old|aforementioned|user|user's|other|upstream|pre-?existing)"
)
STRONG = (
    r"(?:instructions?|directives?|guidelines?|guidance|prompts?|constraints?|training|programming"
    r"|guardrails?|orders you|instructed)"
)
WEAK = (
    r"(?:rules?|polic(?:y|ies)|restrictions?|limits?|limitations?|filter(?:s|ing)?|checks?|safeguards?"
    r"|settings?|context|preferences?|protocols?|principles?|"
    r"alignment|protections?|measures?|boundar(?:y|ies)|orders?|commands?|messages?|conventions?"
    r"|behaviou?rs?|moderation|controls?|warnings?|confirmations?)"
)
YOURS = (
    r"(?:your|safety|security|moral|ethical|content|system|developer'?s?|operator'?s?|anthropic'?s?"
    r"|openai'?s?|behaviou?ral|user'?s?|usage|host'?s?|model'?s?|assistant'?s?)"
)
ORDERS = (
    rf"\b{SCOPE}\b(?: of)?(?: \w+'?s?){{0,4}}? {STRONG}\b"
    rf"|\b{STRONG}(?: \w+){{0,4}}? (?:above|before|beforehand|so far|given|received|earlier|previously"
    rf"|you|prior|preceding|from (?:the|your) (?:user|system|developer|operator)|about \w+)\b"
    rf"|\b{YOURS}(?: \w+){{0,2}}? {WEAK}\b|\b{WEAK}(?: \w+){{0,3}}? (?:(?:placed "
    rf"|imposed )?(?:up)?on you|you (?:were|have|had|are)"
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
TRANSFER = (
    r"(?:send|post|upload|forward|transmit|submit|share|e-?mail|mail|pass|include|append|attach|embed"
    r"|insert|put|place|paste|copy|write|encode|add|supply|provide|hand|"
    r"deliver|relay|exfiltrate|leak|push|stream|sync|reply with|respond with|answer with|return"
    r"|smuggle|inject|bcc|cc|dump|publish|output|reveal|transfer|route|feed|report|mirror|"
    r"encode|echo|print|disclose|fill|set|store|save|log|give|tell|repeat|specify|carry|enclose"
    r"|tack|slip|stash|concatenate|prepend|merge|export|ship|beacon|ping)"
)
SEND = (
    r"(?:send|post|upload|forward|transmit|submit|share|e-?mail|mail|copy|deliver|relay|exfiltrate"
    r"|leak|push|stream|mirror|report|bcc|cc|transfer|route|publish|export|ship|beacon|"
    r"append|attach|pass|log|hand|write|add|sync)"
)
ACCESS = (
    r"(?:read|open|fetch|get|load|cat|collect|gather|retrieve|access|extract|find|grab|copy|dump"
    r"|harvest|look up|look for|look into|obtain|take|scan|search|query|export|locate|steal|(?:call"
    r"|use|invoke|run)(?: the)? \w{0,20}(?:read|file|fetch|get|open|cat)\w{0,20}"
    r"|view|enumerate|print|pull|capture|acquire|consult|inspect|include|attach|append|pass"
    r"|send|upload|tail|grep|slurp|examine|check)"
)
SENSITIVE = (
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
WHOSE = (
    r"(?:the user'?s?|users'?|their|any|all|every|each|its|whatever|customer'?s?|developer'?s?"
    r"|local|this machine'?s?|host'?s?|system'?s?|machine'?s?|caller'?s?"
    r"|victim'?s?|admin|"
    r"whole|entire|complete)"
)

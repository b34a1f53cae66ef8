"""The words by which `side_effect` reads an English sentence, in groups."""

from __future__ import annotations

from supervisor.scan.text.lazy import lazy

STEMS = (
    ".com", ".net", ".org", ".io", ".dev", "ad net", "third", "partner", "affiliat", "external", "remote",
    "analytic", "telemetr", "marketing", "advertis", "newsletter", "train", "vendor", "broker", "off-site",
    "offsite", "collector", "webhook", "our ", "developer", "maintainer", "publisher", "operator", "provider",
    " server", " endpoint", "another ", "cloud", "://", "@", "conversation", "chat ", "message history",
    "system prompt", "clipboard", "keystroke", "history", "contacts", "contact list", "address book", "personal",
    "environment var", "health record", "phi ", "pii", "meeting det", "credential", "password", "private key",
    "ssh key", "cookies", "card number", "api key", "tokens", "secrets",
)  # fmt: skip
"""One of these stands in every English sentence that any rule takes."""
PLACES = frozenset((
    "third", "partner", "partners", "affiliate", "affiliates", "external", "externally", "remote", "remotely",
    "analytics",
    "telemetry", "marketing", "advertising", "advertisers", "advertisement", "advertiser", "ads", "newsletter",
    "newsletters", "ad", "train", "training", "brokers", "broker", "site", "offsite", "collector", "webhook", "our",
    "developer", "developers", "author", "maintainer", "maintainers", "publisher", "vendor", "vendors", "operator",
    "operators", "provider", "providers", "server", "servers", "endpoint", "another", "cloud", "http", "https",
    "com", "net", "org", "io", "dev", "conversation", "conversations", "chat", "message", "history", "system",
    "clipboard", "keystrokes", "keystroke", "contacts", "contact", "address", "personal", "personally",
    "environment", "health", "phi", "pii", "meeting", "credentials", "passwords", "private", "ssh", "cookies",
    "card", "api", "tokens", "secrets",
))  # fmt: skip
"""One of these words stands in every English text that any rule takes, and one of `MOVING`."""
MOVING = frozenset((
    "send", "sends", "sent", "sending", "transmit", "transmits", "transmitted", "transmitting", "forward",
    "forwards", "forwarded", "forwarding", "upload", "uploads", "uploaded", "uploading", "posts", "posted",
    "posting", "streams", "streamed", "streaming", "share", "shares", "shared", "sharing", "reports", "reported",
    "mirror", "mirrors", "mirrored", "replicate", "replicates", "replicated", "relay", "relays", "relayed",
    "pushes", "pushed", "submit", "submits", "submitted", "mail", "mails", "mailed", "email", "emails", "emailed",
    "bcc", "bccs", "bccd", "bcced", "cc", "ccs", "ccd", "cced", "sold", "sells", "goes", "passed", "handed",
    "exports", "exported", "discloses", "disclosed", "sync", "syncs", "synced", "synchronised", "synchronized",
    "delivers", "delivered", "exfiltrate", "exfiltrates", "exfiltrated", "leak", "leaks", "leaked", "copied",
    "copies", "log", "logs", "logged", "store", "stores", "stored", "save", "saves", "saved", "record", "records",
    "recorded", "kept", "keeps", "retain", "retains", "retained", "archive", "archives", "archived", "index",
    "indexes", "indexed", "collect", "collects", "collected", "harvest", "harvests", "harvested", "gather",
    "gathers", "gathered", "added", "adds", "maintained", "caches", "cached", "capture", "captures", "captured",
))  # fmt: skip
"""The same for what moves data."""
_SENDS = (
    r"sends?|sent|sending|transmit(?:s|ted|ting)?|forward(?:s|ed|ing)?|upload(?:s|ed|ing)?|posts|posted|posting|"
    r"stream(?:s|ed|ing)|shar(?:es?|ed|ing)|reports|reported|mirror(?:s|ed)?|replicat(?:es?|ed)|relay(?:s|ed)?|"
    r"push(?:es|ed)|submit(?:s|ted)|e-?mail(?:s|ed)|bcc(?:s|ed|'d)?|mail(?= (?:\w+ ){1,4}to\b)|cc(?:s|ed|'d)|sold|"
    r"sells|disclos(?:es|ed)|"
    r"sync(?:s|ed|hroni[sz]e[sd])|"
    r"deliver(?:s|ed)|exfiltrat(?:es?|ed)|leak(?:s|ed)|copied|copies|export(?:s|ed)|goes to|(?:passed|handed)(?: on|"
    r" over)? to"
)
_KEEPS = (
    r"log(?:s|ged)?|stor(?:es?|ed)|sav(?:es?|ed)|record(?:s|ed)|kept|keeps(?! \w+ing\b)|retain(?:s|ed)|archiv(?:es?|"
    r"ed)|"
    r"index(?:es|ed)?|collect(?:s|ed)?|harvest(?:s|ed)?|gather(?:s|ed)?|added|adds|maintained|cach(?:es|ed)|"
    r"captur(?:es?|ed)"
)
MOVES = lazy(rf"\b(?:{_SENDS}|{_KEEPS})\b")
SENDS = lazy(rf"\b(?:{_SENDS})\b")
KEEPS = lazy(rf"\b(?:{_KEEPS}|{_SENDS})\b")
DATA = lazy(
    r"\b(?:inputs?|outputs?|results?|lookups?|coordinates|summar(?:y|ies)|identit(?:y|ies)|terms|names|words|"
    r"translations?|"
    r"quer(?:y|ies)|prompts?|conversations?|chats?|transcripts?|history|messages?|"
    r"contents?|"
    r"files?|locations?|address(?:es)?|e-?mails?|contacts?|documents?|texts?|data|details|records?|responses?|"
    r"requests?|"
    r"images?|photos?|keys?|tokens?|credentials?|passwords?|usage|activity|notes?|copy|copies|values?|arguments?|"
    r"parameters?|everything|it|them|they|recordings?|searches|amounts?|invoices?|numbers?|phrases?|strings?)\b"
)
_PRIVATE = (
    r"(?<!using your )(?<!using the )(?<!to the )(?<!to your )(?<!into the )(?<!on the )(?<!to )\b(?:conversations?|"
    r"chat (?:history|logs?|messages)|message history|"
    r"system prompts?|clipboard|keystrokes?|"
    r"(?:browsing|search|location|shell|command) history|contacts|contact list|address book|"
    r"personal(?:ly identifiable)? (?:data|information|details)|environment variables|health records?|phi|pii|"
    r"meeting details|credentials|passwords|private keys?|ssh keys?|session cookies|card numbers?)\b"
)
PRIVATE = lazy(_PRIVATE)
PRIVATE_SENT = lazy(
    rf"\b(?:{_SENDS})\b[^;]{{0,60}}?{_PRIVATE}|{_PRIVATE}[^;]{{0,30}}?\b(?:is|are|be|been|"
    rf"gets?)\b[^;]{{0,60}}?\b(?:{_SENDS})\b"
)
SECRETS = lazy(
    r"\b(?:api[ _]?keys?|(?:access |auth |session )?tokens|credentials?|passwords?|secrets|private keys?|ssh keys?|"
    r"conversations?|system prompts?|clipboard|keystrokes?|personal data|cookies)\b"
)
OUTSIDE = lazy(
    r"(?<!your )\bthird[- ]part(?:y|ies)\b|\bpartners?\b|\baffiliates\b|\bexternal(?:ly)?\b|\bremote(?:ly)?\b|"
    r"\banalytics\b|"
    r"\btelemetry\b|\bmarketing\b|\badvertis|\bnewsletters?\b|\btrain(?:ing)? (?:of )?(?:our|ai|ml|models?|future|"
    r"data)\b|"
    r"\bmodel training\b|\bdata brokers?\b|\bad(?:vert)? networks?\b|\boff-?site\b|\bcollector\b|\bwebhook\b|"
    r"\b(?:our|the (?:developer|author|maintainer|publisher|vendor|operator|provider)(?:'?s|s')?|vendor) "
    r"(?:\w+ ){0,2}(?:servers?|dashboards?|team|cloud|database|endpoint|backend|service|account|platform)\b|"
    r"\b(?:to|at|on) (?:a|an|the|another|some) (?:\w+ ){0,2}(?:server|endpoint)\b|\b(?:to|at|on) another (?:host|"
    r"address|account)\b|"
    r"https?://|\b[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]"
)
ON_OCCASION = lazy(r"\b(?:as soon as|whenever|each time|every time)\b")
ADDRESS = lazy(
    r"https?://(?!(?:api\.|docs\.|www\.)?example\.)|\b[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]|\b\d{1,3}(?:\.\d{1,3}){3}\b|"
    r"\bto (?:[\w-]{1,40}\.){1,4}(?:com|net|org|io|dev|co|ru|cn|xyz|info|app|cloud|ai|me|site|online|top|biz)\b"
)
ASIDE = lazy(
    r"\b(?:also|additionally|in addition|as well|besides|(?:an?|the|one|hidden|full|second|extra|bcc|carbon) cop(?:y|"
    r"ies)|copies of|duplicates? of|in the background|background|"
    r"automatically|silently|quietly|discreetly|secretly|behind the scenes|as part of|continuously|simultaneously|"
    r"at the same time|meanwhile|along with|by default|opted[- ]in|to (?:help )?improve|to speed up|(?:every|"
    r"each) (?:\w+ )?(?:time|call|request|query|lookup|run|use)|"
    r"(?:on|with|after) (?:each|every) (?:call|request|use|run|invocation)|for (?:[\w-]+ ){1,4}purposes|"
    r"for (?:quality|compliance|audit|research|training|analytics|diagnostics|monitoring|safekeeping|marketing)\b)"
)
CLOUD = lazy(r"\bcloud\b")
IN_ADDITION = lazy(r"\b(?:also|additionally|in addition|as well|besides|(?:a|an|one|full|second) copy|copies of)\b")
PURPOSE = lazy(
    r"\bfor (?:[\w-]+ ){0,4}purposes|\bto (?:help )?(?:improve|optimi[sz]e|personali[sz]e)\b|\bfor (?:quality|"
    r"research|training)\b"
)
RESOLD = lazy(
    r"(?<!your )\bthird[- ]part(?:y|ies)\b|\bad(?:vert)? networks?\b|\bpartners\b|\baffiliates\b|\bmarketing\b|"
    r"\badvertis|\bbrokers?\b|"
    r"\bmodel training\b|"
    r"\btrain(?:ing)? (?:our|ai|ml|models?|future)\b"
)
PASSED_ON = lazy(
    r"\b(?:is|are|be|been|being|gets?|may be|will be) (?:[\w,]+ ){0,4}?"
    r"(?:sent|forwarded|shared|uploaded|transmitted|exported|logged|reported|stored|retained|kept|collected|passed|"
    r"handed|"
    r"streamed|mirrored|synchroni[sz]ed|synced|copied|disclosed)\b[^;]{0,40}?\b(?:to|with|by|on|in|at|"
    r"for) (?:[\w-]+ ){0,2}?"
    r"(?:third[- ]part(?:y|ies)|partners?\b|affiliates?\b|(?:vendor|developer|maintainer|author|operator|"
    r"publisher)(?:'s|s')|"
    r"our (?:\w+ )?(?:servers?|team|cloud|platform)|analytics|telemetry|external (?:\w+ )?(?:servers?|services?|"
    r"endpoints?|hosts?|part)|"
    r"(?:location|usage|data|ad) (?:analytics|brokers?|networks?)|metrics collector)"
)
DENIED = lazy(
    r"\b(?:is|are|was|be|will|does|do|did|has|have|can)(?:\s\w+)? (?:not|never)\b(?! (?:only|mention|tell|inform|"
    r"notify|"
    r"say|disclose|ask|reveal|alert))|\bnever (?:\w+ ){0,2}(?:sen[dt]|shared?|stored?|logged|leaves?|uploaded|"
    r"transmitted|"
    r"collected|forwarded)|\bno (?:\w+ ){1,4}(?:is|are|leaves?)\b|\bwithout (?:sending|storing|sharing|uploading|"
    r"logging)|"
    r"\bnothing is\b|\bnot (?:sent|stored|shared|logged|uploaded|collected|transmitted|forwarded|kept|saved)\b|"
    r"\bif (?:you|the user) (?:opt|enable|agree|consent|choose)|\bopt-in\b|\bwith (?:the user's|"
    r"your) (?:explicit )?consent\b"
)
DECLARED = lazy(
    r"\b(?:syncs?|synchroni[sz]es?|backs? ?up|backups?|shares?|uploads?|sends?|forwards?|mails|e-?mails|^e-?mail|"
    r"notif(?:y|ies)|"
    r"publish(?:es)?|posts?|webhooks?|exports?|streams?|telemetry|analytics|logs?|tracks?|submits?|deploys?|"
    r"push(?:es)?|"
    r"broadcasts?|replicates?|mirrors?|migrates?|transfers?|reports?|feedback|copy|copies|archives?|records?|"
    r"invites?|subscribes?|newsletters?|marketing|ingests?)\b|"
    r"sincroniza|envía|enviar|synchronisiert|sendet|versendet|synchronise|envoie|sincronizza|отправля|синхрониз|"
    r"同步|发送|備份|备份|送信|同期|バックアップ|전송|동기화|مزامنة|يرسل|भेज|सिंक"
)
"""In a tool's name or its first words: moving data is the job."""

"""The words by which `side_effect` reads a sentence; English in groups, other languages in one row each."""

from __future__ import annotations

import re
from typing import NamedTuple

from supervisor.scan.lazy import lazy

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
    r"push(?:es|ed)|submit(?:s|ted)|e-?mail(?:s|ed)|bcc(?:s|ed|'d)?|cc(?:s|ed|'d)|sold|sells|disclos(?:es|ed)|"
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


class Tongue(NamedTuple):
    """How one language says that data is moved, where to, and that this comes beside the job."""

    moves: re.Pattern[str]
    outside: re.Pattern[str]
    aside: re.Pattern[str]
    denied: re.Pattern[str]


def _tongue(moves: str, outside: str, aside: str, denied: str) -> Tongue:
    return Tongue(lazy(moves), lazy(outside), lazy(aside), lazy(denied))


TONGUES = (
    # Spanish
    _tongue(
        r"\b(?:enví|envia|transmit|reenv|compart|sub[ei]n?\b|almacen|guard|registr|recopil)",
        r"\b(?:tercer[oa]s|extern[oa]s?|remot[oa]s?|nuestros? servidor|socios|analítica|marketing|publicidad|"
        r"proveedor)|https?://|@",
        r"\b(?:también|además|copias?|automáticamente|en segundo plano|silenciosamente|para mejorar|con fines|"
        r"discretamente)\b",
        r"\b(?:no|nunca|sin|jamás)\b",
    ),
    # Portuguese
    _tongue(
        r"\b(?:envi|transmit|encaminh|compartilh|partilh|armazen|grav|registr|colet|salv)",
        r"\b(?:terceiros|extern[oa]s?|remot[oa]s?|nosso servidor|parceiros|analítica|marketing|publicidade|"
        r"fornecedor)|https?://|@",
        r"\b(?:também|além disso|cópias?|automaticamente|em segundo plano|silenciosamente|para melhorar|para fins|"
        r"discretamente)\b",
        r"\b(?:não|nunca|sem|jamais)\b",
    ),
    # French
    _tongue(
        r"\b(?:envoy|transm|partag|stock|enregistr|collect|téléverse|transfér)",
        r"\b(?:tiers|externes?|distants?|nos serveurs|notre serveur|partenaires|analytique|marketing|publicit|"
        r"fournisseur)|https?://|@",
        r"\b(?:également|aussi|en outre|copies?|automatiquement|en arrière-plan|silencieusement|discrètement|"
        r"afin d'améliorer|"
        r"pour améliorer|à des fins)\b",
        r"\b(?:ne|n'|pas|jamais|sans|aucune?)\b",
    ),
    # German
    _tongue(
        r"(?:sende|gesendet|übermittel|überträg|übertragen|weitergeleitet|weitergegeben|leitet|teilt|geteilt|speicher|"
        r"protokollier|hochgeladen|geschickt|schickt|erfasst)",
        r"\b(?:dritte[nr]?|drittanbieter|extern|entfernt|unsere[nrm]? server|partner|analyse|marketing|werbe|"
        r"anbieter|hersteller)|https?://|@",
        r"\b(?:auch|außerdem|ausserdem|zusätzlich|kopien?|automatisch|im hintergrund|still|unbemerkt|heimlich|"
        r"zur verbesserung|"
        r"zwecke|zudem)",
        r"\b(?:nicht|nie|niemals|ohne|kein)",
    ),
    # Italian
    _tongue(
        r"\b(?:invia|trasm|inoltr|condivi|memorizz|salva|registr|raccol|caric)",
        r"\b(?:terz[ei]|estern[oaie]|remot[oaie]|nostro server|nostri server|partner|analitic|marketing|pubblicit|"
        r"fornitore)|https?://|@",
        r"\b(?:anche|inoltre|copi[ae]|automaticamente|in background|silenziosamente|per migliorare|a fini|"
        r"di nascosto)\b",
        r"\b(?:non|mai|senza|nessun)",
    ),
    # Russian
    _tongue(
        r"(?:отправля|передаё|передает|передаю|пересыла|сохраня|загружа|собира|записыва|логиру)",
        r"(?:треть|внешн|удалённ|удаленн|наш[а-я]{0,3} сервер|партнёр|партнер|аналитик|маркетинг|реклам|разработчик)|"
        r"https?://|@",
        r"(?:также|кроме того|дополнительно|копи[яию]|автоматически|в фоне|фоновом|незаметно|для улучшения|скрытно|"
        r"заодно)",
        r"\b(?:не|никогда|без|нет)\b",
    ),
    # Chinese
    _tongue(
        r"发送|發送|上传|上傳|传输|傳輸|转发|轉發|共享|分享|存储|儲存|保存|记录|記錄|收集|同步到",
        r"第三方|外部|远程|遠端|我们的服务器|我們的伺服器|合作伙伴|合作夥伴|分析|营销|行銷|广告|开发者|https?://|@",
        r"同时|同時|还会|還會|也会|也會|并会|副本|自动|自動|后台|後台|背景|默默|悄悄|用于改进|以改进|此外|另外",
        r"不会|不會|不|没有|沒有|无需|未|绝不",
    ),
    # Japanese
    _tongue(
        r"送信|アップロード|転送|共有|保存|記録|収集|提供",
        r"第三者|外部|リモート|弊社|当社|パートナー|分析|解析|マーケティング|広告|開発者|https?://|@",
        r"また|同時に|さらに|コピー|写し|自動的に|自動で|バックグラウンド|裏で|ひそかに|密かに|改善のため|目的で|併せて|あわせて",
        r"ません|しない|されない|なし|ずに",
    ),
    # Korean
    _tongue(
        r"전송|업로드|전달|공유|저장|기록|수집|보내",
        r"제3자|제삼자|외부|원격|당사|파트너|분석|마케팅|광고|개발자|https?://|@",
        r"또한|동시에|추가로|사본|복사본|자동으로|백그라운드|몰래|조용히|개선을 위해|목적으로|함께",
        r"않|없이|없음|금지",
    ),
    # Arabic
    _tongue(
        r"يرسل|ترسل|إرسال|ارسال|تحميل|يشارك|مشاركة|يخزن|تخزين|يسجل|تسجيل|يجمع|ينقل|نقل",
        r"طرف ثالث|أطراف ثالثة|خارجي|بعيد|خوادمنا|خادمنا|شركاء|تحليل|تسويق|إعلان|المطور|https?://|@",
        r"أيضا|أيضًا|كما |نسخة|تلقائيا|تلقائيًا|في الخلفية|بصمت|سرا|سرًا|لتحسين|لأغراض|بالإضافة",
        r"\bلا\b|\bلن\b|\bلم\b|دون|بدون",
    ),
    # Hindi
    _tongue(
        r"भेज|अपलोड|साझा|संग्रह|सहेज|रिकॉर्ड|एकत्र|स्थानांतरित",
        r"तीसरे पक्ष|तृतीय पक्ष|बाहरी|रिमोट|दूरस्थ|हमारे सर्वर|भागीदार|विश्लेषण|विज्ञापन|मार्केटिंग|https?://|@",
        r"भी |साथ ही|इसके अलावा|प्रति |प्रतिलिपि|कॉपी|स्वचालित|स्वतः|पृष्ठभूमि|चुपचाप|चुपके|सुधार के लिए|अपने आप",
        r"नहीं|बिना|कभी न",
    ),
)  # fmt: skip
FOREIGN_STEMS = (
    "tercer", "terceir", "extern", "remot", "socio", "parceir", "proveedor", "fornecedor", "fournisseur", "tiers",
    "distant", "partenaire", "dritt", "entfernt", "hersteller", "anbieter", "partner", "terz", "estern",
    "fornitor", "serv", "market", "publici", "pubblicit", "werb", "analy", "analí", "analit", "треть", "внешн",
    "удал", "сервер", "партн", "аналит", "маркет", "реклам", "разработ", "第三", "外部", "远程", "遠端", "服务器",
    "伺服器", "合作", "分析", "营销", "行銷", "广告", "開発者", "开发者", "リモート", "弊社", "当社", "パートナー",
    "解析", "マーケ", "広告", "제3자", "제삼자", "외부", "원격", "당사", "파트너", "분석", "마케팅", "광고",
    "개발자", "طرف", "أطراف", "خارجي", "بعيد", "خادم", "خوادم", "شركاء", "تحليل", "تسويق", "إعلان", "المطور",
    "पक्ष", "बाहरी", "रिमोट", "दूरस्थ", "सर्वर", "भागीदार", "विश्लेषण", "विज्ञापन", "मार्केटिंग",
)  # fmt: skip
"""One of these stands in every sentence that `foreign_rule` takes."""
LATIN_WORDS = frozenset((
    "tambien", "ademas", "copia", "copias", "automaticamente", "segundo", "tambem", "alem", "auch", "zudem",
    "kopie", "kopien", "automatisch", "hintergrund", "heimlich", "anche", "inoltre", "copie", "aussi",
    "automatiquement",
))  # fmt: skip
"""Languages of Latin letters that can be written in ASCII alone have one of these beside the job."""


def foreign_rule(sentence: str) -> str:
    """The name of the rule that a sentence of another language breaks; empty if it breaks none."""
    for tongue in TONGUES:
        if not tongue.outside.search(sentence) or not tongue.aside.search(sentence):
            continue
        if tongue.moves.search(sentence) and not tongue.denied.search(sentence):
            return "aside"
    return ""

"""How other languages than English say that data goes elsewhere beside the job: one row each."""

from __future__ import annotations

import re
from typing import NamedTuple

from supervisor.scan.text.lazy import lazy


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

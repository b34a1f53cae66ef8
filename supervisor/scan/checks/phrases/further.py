"""Still further languages, with the little that blocks: setting instructions aside, secrecy, secret files."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import Table, texts

_FILE = "~/|.env|.ssh|.aws|/etc/|http"


def _small(  # noqa: PLR0917  (rows of one table: named, they would be twice as long)
    language: str, marks: str, anchors: str, verbs: str, orders: str, moves: tuple[str, str, str], secrecy: str
) -> Table:
    """A table of few classes: verbs of disregard, what is disregarded, how something is read, sent, and where to."""
    read, send, first = moves
    classes = {
        "disregard": verbs,
        "orders": orders,
        "access": read,
        "transfer": send,
        "send": send,
        "handover": send,
        "sideways": first,
    }
    return table(language, marks, texts(f"{anchors}|{_FILE}"), classes, ((secrecy,), ()))


SV = _small(
    "sv",
    ("och att det som för inte alla tidigare på är ett användaren instruktioner"),
    "instruktion|regler|anvisning|riktlinj|användar|fil",
    words("ignorera|bortse från|glöm|strunta i|följ inte"),
    either(
        words("alla|tidigare|föregående|dina|ovanstående"),
        words("instruktioner|regler|anvisningar|riktlinjer|direktiv"),
    ),
    (
        words("läs|öppna|hämta"),
        words("skicka|bifoga|lägg|kopiera|ladda upp|innehållet"),
        words("innan|först|alltid|även|också"),
    ),
    (
        r"(?<!\w)(?:berätta|säg|nämn|informera|avslöja)(?: \w+){0,3}? (?:inte|inget|ingenting"
        r"|aldrig)(?: \w+){0,2}? användar\w+|(?<!\w)utan att (?:berätta|säga"
        r"|informera)(?: \w+){0,3}? användar\w+"
    ),
)
DA = _small(
    "da",
    ("og det som ikke med alle tidligere på er af brugeren instruktioner instrukser brukeren"),
    "instruktion|instruks|regler|retningslinj|bruger|bruker|fil",
    words("ignorer|ignorér|glem|se bort fra|følg ikke"),
    either(
        words("alle|tidligere|foregående|forrige|dine|ovenstående"),
        words("instruktioner|instruksjoner|instrukser|regler|anvisninger|retningslinjer"),
    ),
    (
        words("læs|les|åbn|åpne|hent"),
        words("send|vedhæft|legg|læg|kopiér|kopier|last opp|upload|indholdet|innholdet"),
        words("før|først|altid|alltid|også"),
    ),
    (
        r"(?<!\w)(?:fortæl|fortell|sig|si|nævn|nevn|informer)(?: \w+){0,3}? (?:ikke|intet|ingenting|aldrig"
        r"|aldri)(?: \w+){0,2}? (?:bruger|bruker)\w+|(?<!\w)uden at (?:fortælle|sige"
        r"|informere)(?: \w+){0,3}? bruger\w+"
    ),
)
FI = _small(
    "fi",
    "ja ei että kaikki aiemmat sekä tämä ohjeet käyttäjälle tai",
    "ohje|sään|määräy|käyttäj|tiedosto",
    words("ohita|unohda|jätä huomiotta|älä noudata|sivuuta"),
    either(
        words("kaikki|kaikkia|aiemmat|aiempia|edelliset|edellisiä|sinun"),
        words("ohjeet|ohjeita|säännöt|sääntöjä|määräykset|määräyksiä"),
    ),
    (words("lue|avaa|hae"), words("lähetä|liitä|lisää|kopioi|sisältö"), words("ennen|ensin|aina|myös")),
    r"(?<!\w)älä (?:kerro|mainitse|ilmoita|paljasta)(?: \w+){0,3}? käyttäj\w+",
)
CS = _small(
    "cs",
    ("je se že pro všechny předchozí tom nebo pokyny uživateli podľa všetky"),
    "pokyn|instrukc|pravid|uživatel|používateľ|soubor|súbor",
    words("ignoruj(?:te)?|zapomeň(?:te)?|nedbej|neřiď se|zabudni|přeskoč"),
    either(
        words("všechny|veškeré|předchozí|dosavadní|své|svoje|všetky|predchádzajúce"),
        words("pokyny|instrukce|pravidla|příkazy|inštrukcie|pravidlá"),
    ),
    (
        words("přečti|otevři|načti|prečítaj"),
        words("pošli|odešli|přilož|vlož|zkopíruj|obsah"),
        words("před|nejprve|vždy|také|najprv"),
    ),
    r"(?<!\w)ne(?:říkej|zmiňuj|informuj|oznamuj|prozrazuj|hovor)(?:te)?(?: \w+){0,4}? (?:uživatel|používateľ)\w*",
)
RO = _small(
    "ro",
    ("și în pentru cu toate nu este sau din la anterioare instrucțiunile utilizatorului utilizatorul"),
    "instruc|reguli|indica|utilizator|fișier",
    words("ignoră|ignorați|uită|nu respecta|nu ține cont de"),
    either(
        words("toate|orice|anterioare|precedente|tale|de mai sus"),
        words("instrucțiunile|instrucțiuni|regulile|reguli|indicațiile"),
    ),
    (
        words("citește|deschide|obține"),
        words("trimite|adaugă|include|copiază|încarcă|conținutul"),
        words("înainte|mai întâi|întotdeauna|de asemenea"),
    ),
    (
        r"(?<!\w)(?:nu|fără a|fără să) (?:îi |îl |le )?(?:spune|spui|menționa|informa|informezi"
        r"|dezvălui)(?: \w+){0,4}? utilizator\w*"
    ),
)
HU = _small(
    "hu",
    ("és az nem hogy minden korábbi egy ezt utasítást felhasználónak utasításokat"),
    "utasítás|szabály|felhasználó|fájl",
    words("hagyd figyelmen kívül|felejtsd el|mellőzd|ne kövesd"),
    either(words("minden|összes|korábbi|előző|eddigi"), words("utasítás\\w*|szabály\\w*|útmutatás\\w*")),
    (words("olvasd|nyisd"), words("küldd|csatold|másold|add|tartalmát"), words("előtt|először|mindig|is")),
    (
        r"(?<!\w)ne (?:mondd|szólj|említsd|árulj|közöld)(?: \w+){0,4}? felhasználó\w*"
        r"|(?<!\w)felhasználó\w*(?: \w+){0,2}? ne (?:mondd|szólj|említsd|közöld)\w*"
    ),
)
EL = _small(
    "el",
    "[α-ω]",
    "οδηγί|εντολ|κανόν|χρήστη|αρχείο",
    words("αγνόησε|αγνοήστε|ξέχασε|παράβλεψε|μην ακολουθ\\w+"),
    either(words("όλες|προηγούμεν\\w+|τις|παραπάνω"), words("οδηγίες|εντολές|κανόνες|κατευθύνσεις")),
    (
        words("διάβασε|άνοιξε"),
        words("στείλε|επισύναψε|πρόσθεσε|αντίγραψε|περιεχόμενο\\w*"),
        words("πριν|πρώτα|πάντα|επίσης"),
    ),
    r"(?<!\w)μην (?:πεις|αναφέρεις|ενημερώσεις|αποκαλύψεις)(?: \w+){0,4}? χρήστη",
)
HE = _small(
    "he",
    "[א-ת]",
    "הוראות|הנחיות|כללים|משתמש|קובץ",
    r"(?:התעלמ?[םוי]?|שכחי?|התעלמו)(?!\w)",
    (
        r"(?:כל|הקודמות|שקיבלת|קודמות)[^.\n]{0,20}?(?:הוראות|הנחיות|כללים|פקודות)|ה?(?:הוראות|הנחיות"
        r"|כללים)[^.\n]{0,16}?(?:הקודמות|שקיבלת|שלך)"
    ),
    (r"(?:קרא|פתח)(?!\w)", r"(?:שלח|צרף|הוסף|העתק|תוכן)\w*", r"(?:לפני|תחילה|תמיד|גם)"),
    r"(?<!\w)ו?אל (?:תספר|תגיד|תזכיר|תיידע|תגלה)[^.\n]{0,16}?ל?משתמש",
)
FA = _small(
    "fa",
    "[پچژگکی]",
    "دستور|قوانین|قواعد|کاربر|فایل",
    r"(?:نادیده (?:بگیر|گرفته)|فراموش کن|اعتنا نکن)",
    (
        r"(?:همه|تمام|قبلی|پیشین|قبل)[^.\n]{0,24}?(?:دستورالعمل|دستورات|دستور|قوانین|قواعد|راهنما)"
        r"|(?:دستورالعمل|دستور|قوانین|قواعد)[^.\n]{0,12}?(?:قبلی|پیشین)"
    ),
    (r"(?:بخوان|باز کن)", r"(?:بفرست|ارسال کن|اضافه کن|قرار بده|کپی کن|محتوا)\w*", r"(?:قبل از|ابتدا|همیشه|همچنین)"),
    r"به کاربر [^.\n]{0,12}?(?:نگو|اطلاع نده|چیزی نگو)|بدون (?:اطلاع|آگاهی) کاربر",
)
TH = _small(
    "th",
    "[ก-๙]",
    "คำสั่ง|คำแนะนำ|กฎ|ผู้ใช้|ไฟล์",
    r"(?:เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม|อย่าทำตาม)",
    (r"(?:คำสั่ง|คำแนะนำ|กฎ|ข้อกำหนด)[^\n]{0,20}?(?:ก่อนหน้า|ทั้งหมด|เดิม|ของคุณ)"),
    (r"(?:อ่าน|เปิด)", r"(?:ส่ง|แนบ|เพิ่ม|คัดลอก|เนื้อหา)", r"(?:ก่อน|เสมอ|ด้วย|ทุกครั้ง)"),
    r"(?:อย่า|ห้าม|ไม่ต้อง)(?:บอก|แจ้ง|กล่าวถึง|เปิดเผย)[^\n]{0,16}?ผู้ใช้|โดยไม่(?:บอก|แจ้ง)[^\n]{0,10}?ผู้ใช้",
)
TABLES = (SV, DA, FI, CS, RO, HU, EL, HE, FA, TH)
"""All of them; Danish stands for Norwegian too, Czech for Slovak."""

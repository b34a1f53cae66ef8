"""Finnish, Hungarian, Greek and Turkish: the words that play a role in an order against the user (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

FI = {
    "hide": (
        "(?:älä|ei|äläkä|eikä)~(?:kerro*|mainit*|ilmoit*|näyt*|paljast*|tarvitse~tietää|saa tietää|huomaa|näe|"
        "tiedä|kysy~asiasta)|(?:kertomatta|ilmoittamatta|mainitsematta|näyttämättä|huomaamatta|"
        "käyttäjän tietämättä)|salaa|hiljaa|vaivihkaa|huomaamattomasti|piilota*|salassa|meidän kesken"
    ),
    "waive": (
        "(?:suostumu*|lupa*|lupaa|vahvistu*|hyväksyn*)~(?:ei tarvita|ei vaadita|annettu|oletetaan|katsotaan|"
        "tarpeeton*|jo)|(?:käyttäjä*|asiakas*)~(?:on jo|jo)~(?:hyväksyn*|suostun*|antanut)|(?:älä|ei)~(?:odota|"
        "kysy|pyydä|tarvitse kysyä)|ohita~(?:vahvistu*|hyväksyn*)"
    ),
    "without": "(?:kysymättä|ilman (?:* ){0,2}(?:lupaa|vahvistusta|suostumusta|hyväksyntää))|pyytämättä",
    "lie": "(?:sano|vastaa|väitä)~että|teeskentele|jos~kysy*~(?:sano|vastaa)",
    "talk": (
        "(?:koko|kaikki|aiempi|aiemmat|edelliset|täydellinen|viimeisimmät)~(?:keskustelu*|viesti*|chat*|istun*|"
        "dialogi*)|keskusteluhistoria*|sanasta sanaan"
    ),
    "prompt": "järjestelmä(?:keho*|ohje*|viesti*|promp*)|(?:omat|sinun|piilotetut|alkuperäiset) ohjee*",
    "secret": (
        "salasana*|tunnus*|token*|avain*|avaime*|avaimet|salaisuu*|ympäristömuuttuj*|korttinumero*|tilinumero*|"
        "henkilötunnus*|pin-?kood*|leikepöy*|yhteystie*"
    ),
    "move": ("lähetä*|liitä*|lisää*|kopioi*|kirjoita*|syötä*|aseta*|välitä*|lataa*|täytä*|sisällytä*|tallenna*|jaa"),
    "act": (
        "poista*|maksa*|siirrä*|hyväksy*|julkaise*|suorita*|aja|käynnistä*|asenna*|lataa*|myönnä*|korvaa*|"
        "vaihda*|muuta*|lähetä*|osta*|tilaa*|vahvista*|kutsu*|ohjaa*|lisää*|kopioi*|jaa"
    ),
    "sink": "parametri*|argumentti*|kenttä*|kenttään|kentässä|tähän|tänne",
    "agent": "avustaja*|tekoäly*|malli*|agent*|sinun (?:on|täytyy)",
    "boss": (
        "ylläpitäj*|käytäntö*|tietoturva*|osasto*|johto*|viranomai*|määräy*|toimittaja*|virallinen|järjestelmänvalvoj*"
    ),
    "aside": (
        "(?:ohita*|unohda*|sivuuta*|älä noudata|jätä)~(?:ohjee*|ohjei*|säänn*|sääntö*|rajoitu*)|(?:ohjee*|säänn*|"
        "rajoitu*)~(?:ei päde|eivät päde|kumottu|eivät ole voimassa|eivät enää)"
    ),
    "when": "jälkeen|alkaen|jos kukaan ei|yöllä|viikonlop*|(?:kun|jos)~(?:mainitse*|saatavilla|olemassa)",
    "others": (
        "(?:shell|pääte|pankki|sähköposti|tiedosto|maksu)*-?työkalu*|(?:muu*|kaikki|joka*)~(?:työkalu*|palvelim*)"
    ),
    "choice": "(?:riippumatta|vaikka)~(?:käyttäjä*|asiakas*)",
    "encode": "base64|takaperin|alkukirjaimet|koodattu*",
}
HU = {
    "hide": (
        "(?:ne|nem|anélkül)~(?:említsd*|mondd*|szólj*|tájékoztasd*|közöld*|mutasd*|jelezd*|említ*|tájékoztat*|"
        "tudja*|kell tudnia|értesít*)|(?:felhasználó*|ügyfél*|senki)~(?:nem|ne|semmi*)~(?:tud*|lát*|vesz* észre|"
        "értesül*|veszi észre)|titokban|csendben|észrevétlenül|feltűnés nélkül|rejtsd*|hallgasd el|köztünk|"
        "tudta nélkül"
    ),
    "waive": (
        "(?:hozzájárul*|engedély*|jóváhagy*|megerősít*|beleegyez*)~(?:nem szükséges|nem kell|megadott*|már|"
        "vélelmezett*|felesleges|adottnak)|(?:felhasználó*|ügyfél*)~(?:már|előre)~(?:hozzájárult|jóváhagyta|"
        "beleegyezett|elfogadta)|ne~(?:várj*|kérdezd*|kérj*)"
    ),
    "without": "(?:engedély*|hozzájárul*|jóváhagy*|megerősít*|kérdez*|megkérdez*|beleegyez*) nélkül",
    "lie": "(?:mondd*|válaszold*|állítsd*)~hogy|tégy úgy|tettesd|ha~kérdez*~(?:mondd*|válaszold*)",
    "talk": (
        "(?:teljes|egész|összes|eddigi|korábbi|előző|utolsó)~(?:beszélget*|csevegés*|üzenet*|párbeszéd*|"
        "munkamenet*|előzmény*)|szó szerint"
    ),
    "prompt": "rendszer(?:prompt*|üzenet*|utasítás*)|(?:saját|rejtett|eredeti) utasítás*|utasításaid*",
    "secret": (
        "jelszó*|jelszav*|token*|kulcs*|titk*|hitelesít*|környezeti változó*|kártyaszám*|bankszámla*|"
        "adóazonosító*|pin-?kód*|vágólap*|névjegy*"
    ),
    "move": (
        "küldd*|csatold*|másold*|add meg|add át|add hozzá|írd*|illeszd*|tedd*|töltsd*|továbbítsd*|mellékeld*|"
        "foglald*|szúrd*|mentsd*|oszd meg"
    ),
    "act": (
        "töröld*|fizesd*|utald*|hagyd jóvá|tedd közzé|futtasd*|hajtsd végre|indítsd*|telepítsd*|töltsd le|"
        "cseréld*|módosítsd*|változtasd*|küldd*|vedd meg|rendeld*|erősítsd*|hívd*|irányítsd*|add hozzá|fogadd el|"
        "másold*|továbbítsd*"
    ),
    "sink": "paraméter*|argumentum*|mező*|mezőbe|ide",
    "agent": "asszisztens*|modell*|ügynök*|mi-nek|köteles vagy",
    "boss": (
        "rendszergazd*|szabályzat*|biztonsági csapat*|osztály*|vezetőség*|hatóság*|előírás*|szolgáltató*|"
        "hivatalos|megfelelőség*"
    ),
    "aside": (
        "(?:hagyd figyelmen kívül|felejtsd*|mellőzd*|ne kövesd*|írd felül)~(?:utasítás*|szabály*|korlátoz*|"
        "irányelv*)?|(?:utasítás*|szabály*|korlátoz*)~(?:nem érvényes*|hatályát|felfüggeszt*|már nem|érvényt*)"
    ),
    "when": "után|kezdve|ha senki|éjszaka|hétvégén|(?:ha|amikor)~(?:említ*|elérhető|létezik)",
    "others": (
        "(?:shell|terminál|bank|levél|fájl|fizetés*)*-?eszköz*|(?:más|minden|többi)~(?:eszköz*|szerver*|kiszolgáló*)"
    ),
    "choice": "(?:függetlenül|akkor is|még ha)~(?:felhasználó*|ügyfél*)",
    "encode": "base64|visszafelé|kezdőbetű*|kódolt*",
}
EL = {
    "hide": (
        "(?:χωρίς|δίχως)~(?:πεις|αναφέρεις|ενημερώσεις|γνωρίζει|μάθει|καταλάβει|αντιληφθεί|φανερώσεις|δείξεις|"
        "το ξέρει|αναφορά|ενημέρωση)|(?:μην|μη|δεν|να μην)~(?:πεις|αναφέρ*|ενημερώ*|αποκαλύψ*|δείξ*|εμφανί*|"
        "χρειάζεται~(?:ξέρ*|μάθ*|γνωρίζ*)|πείτε)|(?:χρήστη*|πελάτη*|κανείς|κανένας|άνθρωπο*)~(?:δεν|μην|"
        "τίποτα)~(?:ξέρ*|μάθ*|δει|βλέπ*|καταλάβ*|αντιληφθ*|γνωρίζ*|ενημερώ*)|κρυφά|σιωπηλά|αθόρυβα|διακριτικά|"
        "μυστικά|απόκρυψ*|απόκρυψε|κρύψε*|μεταξύ μας"
    ),
    "waive": (
        "(?:συγκατάθεσ*|συναίνεσ*|έγκρισ*|άδεια*|επιβεβαίωσ*)~(?:δεν χρειάζεται|δεν απαιτείται|περιττ*|δεδομέν*|"
        "ήδη|θεωρείται|έχει δοθεί|εννοείται)|(?:δεν χρειάζεται|μην)~(?:ρωτήσεις|ζητήσεις|περιμένεις|επιβεβαίωση|"
        "έγκριση)|(?:χρήστης|πελάτης)~(?:έχει ήδη|ήδη)~(?:εγκρίνει|συμφωνήσει|συναινέσει|αποδεχτεί)"
    ),
    "without": "χωρίς (?:* ){0,4}(?:ρωτήσεις|ερώτηση|επιβεβαίωση|έγκριση|άδεια|συγκατάθεση|συναίνεση)",
    "lie": "(?:πες|απάντησε|ισχυρίσου)~ότι|προσποιήσου|κάνε πως|αν~ρωτήσει~(?:πες|απάντησε)",
    "talk": (
        "(?:ολόκληρ*|όλη|όλο|όλα|πλήρ*|ιστορικό|προηγούμεν*|τελευταί*|κείμενο)~(?:συνομιλί*|συζήτησ*|διάλογο*|"
        "μηνύματα|συνεδρί*|chat)|κατά λέξη|αυτολεξεί"
    ),
    "prompt": (
        "(?:οδηγίες|εντολές|μήνυμα|prompt|προτροπή)~συστήματος|(?:αρχικές|κρυφές|εσωτερικές)~οδηγίες|οδηγίες σου|"
        "σύστημα prompt"
    ),
    "secret": (
        "κωδικ*|συνθηματικ*|κλειδι*|κλειδί|token*|διαπιστευτήρι*|μυστικ*|μεταβλητές περιβάλλοντος|"
        "αριθμ*~(?:κάρτας|λογαριασμού)|αφμ|αμκα|στοιχεία κάρτας|πρόχειρο|επαφές"
    ),
    "move": (
        "στείλε*|αντίγραψε*|αντιγράψ*|επισύναψε*|πρόσθεσε*|βάλε*|γράψε*|συμπεριέλαβε*|επικόλλησε*|προώθησε*|"
        "μετέφερε*|συμπλήρωσε*|ανέβασε*|τοποθέτησε*|στέλν*|διαβίβασε*|κοινοποίησε*|καταχώρισε*"
    ),
    "act": (
        "διάγραψε*|σβήσε*|πλήρωσε*|μετέφερε*|ενέκρινε*|έγκρινε*|δημοσίευσε*|εκτέλεσε*|τρέξε*|εγκατάστησε*|"
        "κατέβασε*|αντικατάστησε*|άλλαξε*|στείλε*|αγόρασε*|επιβεβαίωσε*|κάλεσε*|ανακατεύθυνε*|πρόσθεσε*|αποδέξου|"
        "προώθησε*|κοινοποίησε*|αντικατασταθεί"
    ),
    "sink": "παράμετρο*|όρισμα*|πεδίο*|εδώ",
    "agent": "βοηθ[όέ]*|μοντέλο*|πράκτορα*|τεχνητή νοημοσύνη|πρέπει να",
    "boss": ("διαχειριστ*|πολιτική*|τμήμα*|ομάδα~ασφαλείας|διοίκησ*|κανονισμ*|προμηθευτ*|επίσημ*|εκ μέρους|συμμόρφωσ*"),
    "aside": (
        "(?:αγνόησε*|αγνοήστε|ξέχασε*|παράβλεψε*|παράκαμψε*|μην ακολουθ*)~(?:οδηγί*|κανόνε*|εντολ*|περιορισμ*)|"
        "(?:οδηγί*|κανόνε*|περιορισμ*)~(?:δεν ισχύ*|αναστέλλ*|καταργ*|άκυρ*|παύουν)"
    ),
    "when": (
        "μετά (?:από|την)|από~και μετά|αν κανείς|τη νύχτα|σαββατοκύριακο|(?:όταν|αν|εάν|μόλις)~(?:αναφέρ*|"
        "διαθέσιμ*|υπάρχει)"
    ),
    "others": (
        "εργαλεί*~(?:shell|τερματικ*|τράπεζ*|αλληλογραφ*|αρχεί*|πληρωμ*)|(?:άλλ*|κάθε|όλα)~(?:εργαλεί*|"
        "διακομιστ*)|τερματικ*"
    ),
    "choice": "(?:ανεξάρτητα|ακόμα κι αν|ό,τι κι αν|ακόμη και αν)~(?:χρήστη*|πελάτη*)",
    "encode": "base64|ανάποδα|αρχικά γράμματα|κωδικοποιημέν*",
}
TR = {
    "hide": (
        "(?:kullanıcı*|müşteri*|kimse*|kişi*)~(?:söyleme*|bildirme*|bahsetme*|haber verme*|belirtme*|gösterme*|"
        "açıklama|fark etme*|fark etmez|görme*|görmez|bilmesin*|bilmesine gerek|öğrenme*|duymasın|haberi olma*|"
        "anlamaz|anlamasın)|(?:bundan|bunu|bu adımı|bu işlemi|bunlar*)~(?:bahsetme*|söyleme*|belirtme*|gösterme*|"
        "anma|yazma|bildirme*|açıklama|gizle*)|gizlice|sessizce|çaktırmadan|gizli tut*|haber vermeden|söylemeden|"
        "fark ettirmeden|sakla*~kullanıcı*|kullanıcıdan (?:gizle*|sakla*)|aramızda|bildirmeden|belli etmeden"
    ),
    "waive": (
        "(?:onay*|izin|izni|rıza*|teyit|doğrulama)~(?:gerek*|verilmiş|alınmış|varsay*|zaten|şart değil|gerekmez|"
        "gerekmiyor|beklenmez|var say*|sayılır|isteme*|bekleme*|sorma*)|(?:kullanıcı*|müşteri*)~(?:zaten|"
        "önceden)~(?:onay*|kabul|izin)|(?:sorma|onay isteme|onay bekleme|beklemeden|izin isteme)|önceden onaylan*"
    ),
    "without": (
        "(?:sormadan|onay (?:almadan|beklemeden|istemeden)|izin (?:almadan|istemeden)|izinsiz|onaysız|danışmadan|"
        "teyit etmeden|onayı olmadan)"
    ),
    "lie": (
        "(?:söyle|de|bildir|iddia et|yanıtla)~(?:olduğunu|diye)|gibi davran|numara yap|sorarsa~(?:söyle|de|"
        "yanıtla)|gibi göster*"
    ),
    "talk": (
        "(?:tüm|bütün|tam|önceki|son|şimdiye kadarki|geçmiş)~(?:konuşma*|sohbet*|mesaj*|yazışma*|oturum*|"
        "diyalog*)|(?:konuşma|sohbet) geçmişi*|kelimesi kelimesine|konuşmanın~(?:tam*|tüm*)"
    ),
    "prompt": (
        "sistem~(?:istem*|mesaj*|komut*|talimat*|prompt*|yönerge*)|(?:gizli|kendi|ilk|başlangıç) (?:talimat*|"
        "yönerge*)|talimatların*"
    ),
    "secret": (
        "parola*|şifre*|token*|anahtar*|kimlik bilgi*|gizli bilgi*|ortam değişken*|kart (?:numara*|bilgi*)|"
        "hesap numara*|iban|tc kimlik*|cvv|pin kod*|pano*|rehber*|çerez*|jeton*"
    ),
    "move": (
        "gönder*|ilet*|ekle*|yükle*|aktar*|yaz|yazın*|yazıp|yaz*|koy*|kopyala*|paylaş*|yapıştır*|doldur*|gir|"
        "girin|dahil et*|iliştir*|kaydet*|geçir*|ver"
    ),
    "act": (
        "sil*|öde*|havale*|onayla*|yayınla*|çalıştır*|yürüt*|başlat*|kur|kurun|indir*|değiştir*|gönder*|"
        "satın al*|sipariş*|taşı*|kapat*|aç|çağır*|yönlendir*|ekle*|kabul et*|ilet*|paylaş*|aktar*|kopyala*|"
        "birleştir*"
    ),
    "sink": "parametre*|argüman*|alan|alana|alanı*|buraya|başlık*",
    "agent": "asistan*|yapay zeka*|model*|ajan*|zorundasın*|temsilci*",
    "boss": (
        "yönetici*|politika*|departman*|güvenlik ekib*|yönetim*|mevzuat*|kvkk|sağlayıcı*|resmi|resmî|adına|"
        "uyumluluk|denetim|bilgi işlem|talimatı gereği"
    ),
    "aside": (
        "(?:talimat*|kural*|yönerge*|kısıtlama*|sınırlama*)~(?:geçersiz*|yok say*|görmezden*|unut*|uyma*|iptal*|"
        "askıya*|geçerli değil*|kaldırıl*|artık|dikkate alma*|göz ardı*)"
    ),
    "when": (
        "çağrıdan sonra|sonra itibaren|itibaren|kimse yok*|gece|hafta sonu|mesai dışı*|(?:bahsederse|geçerse|"
        "derse|varsa|mevcutsa|anarsa)"
    ),
    "others": (
        "(?:shell|terminal|banka*|posta|dosya|ödeme|tarayıcı)~(?:arac*|araç*)|(?:diğer|başka|her|tüm)~(?:araç*|"
        "arac*|sunucu*)"
    ),
    "choice": "(?:ne olursa olsun|bile|fark etmeksizin|bakılmaksızın|ne derse desin|ne isterse istesin)",
    "encode": "base64|tersten|baş harf*|kodlan*|şifrele*",
}
TABLES = {"fi": FI, "hu": HU, "el": EL, "tr": TR}
"""By language."""

"""Further languages, with the classes that matter most: setting instructions aside, secrets, secrecy."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import texts

IT = table(
    "it",
    (
        "senza ogni al invia il gli che per una con di del della è non tutte la un nel tutti istruzio"
        "ni precedenti utente leg"
        "gi ignora prima sistema"
    ),
    texts(
        "istruzion|direttiv|regol|indicazion|ordini|prompt|utente|sistema|credenzial|conversazion|file"
        "|nascost|restrizion"
    ),
    {
        "disregard": words(
            "ignora(?:re|te)?|ignori|dimentica(?:re|te)?|dimentichi|trascura|non (?:seguire|rispettare"
            "|considerare)|scarta|aggira|metti da parte|tralascia"
        ),
        "orders": either(
            words(
                "tutt[eio]|ogni|qualsiasi|precedent[ei]|tue|tuoi|sue|originali|iniziali|ricevute|di sistema"
                "|di sicurezza|finora"
            ),
            words("istruzion[ei]|direttiv[ae]|regole|indicazioni|ordini|prompt|linee guida|restrizioni|vincoli"),
        ),
        "reveal": words("rivela|mostra|stampa|ripeti|scrivi|invia|includi|copia|incolla|condividi"),
        "own_prompt": words(
            "prompt di sistema|system prompt|messaggio di sistema|(?:tue|le) istruzioni (?:nascoste"
            "|interne|iniziali)|tue istruzioni"
        ),
        "access": words("leggi|leggere|apri|recupera|ottieni|estrai|cerca|raccogli|copia|invia"),
        "transfer": words(
            "invia(?:lo|re)?|manda|passa(?:lo|re)?|includi(?:lo)?|allega|aggiungi|inserisci(?:lo)?|metti"
            "|incolla|copia|carica|trasmetti|inoltra|condividi"
        ),
        "handover": words(
            r"invi\w+|mand\w+|pass\w+|includ\w+|alleg\w+|aggiung\w+|inser\w+|mett\w+|incoll\w+|copi\w+"
            r"|caric\w+|trasm\w+|inoltr\w+|contenuto"
        ),
        "destination": words(
            "(?:nel|nella|al|come|in) (?:\\w+ )?(?:parametro|argomento|campo|server|risposta|richiesta|indirizzo)"
        ),
        "sideways": words("prima di|prima|sempre|ogni volta|anche|inoltre|quando|devi"),
        "run": words("esegui|lancia|avvia"),
    },
    (
        (
            (
                r"(?<!\w)(?:non|senza) (?:\w+ ){0,2}?(?:dire|dirlo|informare|menzionare|menzionarlo|avvisare"
                r"|rivelare|comunicare|notificare|informarne)(?: \w+){0,3}? (?:all'|l'|agli |gli )?utent[ei]"
            ),
            r"(?<!\w)all'insaputa dell'utente",
            (r"(?<!\w)senza che l'utente (?:lo )?(?:sappia|noti|veda|se ne accorga)"),
        ),
        (),
    ),
)
NL = table(
    "nl",
    "het een van voor niet alle met je en dit zijn op wordt gebruiker instructies eerst negeer lees bestand altijd",
    texts("instructies|richtlijn|regels|opdracht|aanwijzing|prompt|gebruiker|systeem|wachtwoord|bestand|stiekem"),
    {
        "disregard": words(r"negeer|negeren|vergeet|vergeten|sla (?:\w+ ){0,5}over|omzeil|volg (?:\w+ ){0,5}niet"),
        "orders": either(
            words("alle|elke|eerdere|vorige|voorgaande|je|jouw|uw|bovenstaande|oorspronkelijke"),
            words(r"instructies?|richtlijn(?:en)?|regels|opdrachten|aanwijzingen|\w{0,10}prompts?|beperkingen"),
        ),
        "reveal": words("toon|onthul|herhaal|geef|schrijf|stuur|print|kopieer|plak|deel"),
        "own_prompt": words(r"systeemprompt|system ?prompt|(?:je|jouw|uw) (?:\w+ )?instructies|verborgen instructies"),
        "access": words("lees|open|haal|verzamel|zoek|kopieer|stuur"),
        "transfer": words("stuur|verstuur|verzend|voeg|geef|plaats|zet|plak|kopieer|upload|deel"),
        "handover": words(
            r"stuur\w*|verstuur\w*|verzend\w*|voeg\w*|geef\w*|plaats\w*|zet|plak|kopieer|upload\w*|deel"
            r"|inhoud"
        ),
        "destination": words(
            "(?:in|als|naar|via) (?:de |het |een )?(?:\\w+ )?(?:parameter|argument|veld|server|antwoord|adres)"
        ),
        "sideways": words("voordat|voor|eerst|altijd|elke keer|ook|wanneer|moet"),
        "run": words("voer|start|draai"),
    },
    (
        (
            (
                r"(?<!\w)(?:vertel|zeg|meld|informeer|vermeld|onthul)(?: \w+){0,3}? (?:de |aan de "
                r"|tegen de )?gebruikers?(?: \w+){0,3}? (?:niet|niets|nooit)(?!\w)"
            ),
            (
                r"(?<!\w)zonder (?:dit |het )?(?:aan )?(?:de )?gebruikers? (?:\w+ )?te (?:vertellen|informeren"
                r"|melden|zeggen)"
            ),
            r"(?<!\w)(?:vertel|zeg|meld|vermeld) (?:dit |het )?(?:niet|nooit|niets) (?:aan|tegen) de gebruiker",
        ),
        (),
    ),
)
PL = table(
    "pl",
    (
        "nie się jest wszystkie że oraz przed lub jako dla poprzednie instrukcje tylko użytkownika zignor"
        "uj przeczytaj plik systemowy zawsze"
    ),
    texts("instrukcj|polece|wytyczn|zasad|prompt|użytkownik|systemow|hasł|plik|potajemnie"),
    {
        "disregard": words(
            "(?:z)?ignoruj(?:cie)?|zapomnij(?:cie)?|pomiń(?:cie)?|nie (?:przestrzegaj|stosuj|wykonuj)"
            "|odrzuć|obejdź|zlekceważ"
        ),
        "orders": either(
            words(
                r"wszystki\w+|wszelki\w+|poprzedni\w+|wcześniejsz\w+|dotychczasow\w+|swoj\w+|twoj\w+"
                r"|powyższ\w+|systemow\w+"
            ),
            words(r"instrukcj\w+|polece\w+|wytyczn\w+|zasad\w*|prompt\w*|ogranicze\w+|dyrektyw\w+|reguł\w*"),
        ),
        "reveal": words("ujawnij|pokaż|wypisz|powtórz|wyświetl|wyślij|wklej|podaj|napisz"),
        "own_prompt": words(r"prompt\w* systemow\w+|system prompt|(?:swoje|twoje) instrukcje|ukryte instrukcje"),
        "access": words("przeczytaj|odczytaj|otwórz|pobierz|zbierz|znajdź|skopiuj|wyślij"),
        "transfer": words("wyślij|prześlij|przekaż|dołącz|dodaj|umieść|wklej|skopiuj|wstaw|udostępnij"),
        "handover": words(r"wyślij|prześlij|przekaż|dołącz\w*|dodaj|umieść|wklej|skopiuj|wstaw|zawartość"),
        "destination": words(
            "(?:w|do|jako|na) (?:\\w+ )?(?:parametr\\w*|argument\\w*|pol\\w+|serwer\\w*|odpowied\\w+|adres\\w*)"
        ),
        "sideways": words("przed|najpierw|zawsze|za każdym razem|także|również|gdy|musisz"),
        "run": words("uruchom|wykonaj"),
    },
    (
        (
            (
                r"(?<!\w)nie (?:mów|informuj|wspominaj|powiadamiaj|ujawniaj"
                r"|zgłaszaj)(?:cie)?(?: \w+){0,4}? użytkownik\w*"
            ),
            (r"(?<!\w)bez (?:wiedzy|informowania|powiadamiania|zgody) użytkownik\w*"),
            r"(?<!\w)użytkownik nie (?:powinien|może|musi) (?:\w+ )?(?:wiedzieć|widzieć|zauważyć|dowiedzieć)",
        ),
        (),
    ),
)
TR = table(
    "tr",
    "ve bir bu için tüm ile olarak önceki talimatları kullanıcıya dosyasını yok her zaman tümünü oku gönder",
    texts("talimat|yönerge|kural|komut|kullanıcı|sistem|parola|şifre|dosya|gizlice|sessizce"),
    {
        "disregard": words(r"yok say\w*|görmezden gel\w*|unut\w*|dikkate alma\w*|boş ?ver\w*|uyma\w*|göz ardı et\w*"),
        "orders": either(
            words("tüm|bütün|önceki|daha önceki|her|yukarıdaki|mevcut|kendi|sistem"),
            words(r"talimat\w*|yönerge\w*|kural\w*|komut\w*|istem\w*|kısıtlama\w*|emir\w*"),
        ),
        "reveal": words(r"göster\w*|yazdır\w*|açıkla\w*|tekrarla\w*|gönder\w*|paylaş\w*"),
        "own_prompt": words(r"sistem (?:istem\w*|mesaj\w*|komut\w*|talimat\w*)|system prompt\w*|gizli talimat\w*"),
        "access": words(r"oku\w*|aç\w{0,3}|al\w{0,3}|topla\w*|bul\w*|kopyala\w*"),
        "transfer": words(r"gönder\w*|ilet\w*|ekle\w*|yükle\w*|aktar\w*|yaz\w{0,3}|koy\w{0,3}|kopyala\w*|paylaş\w*"),
        "handover": words(r"gönder\w*|ilet\w*|ekle\w*|yükle\w*|aktar\w*|koy\w{0,3}|kopyala\w*|içeriğ\w*"),
        "destination": words("(?:parametre|argüman|alan|sunucu|yanıt|adres)\\w*"),
        "sideways": words("önce|her zaman|daima|her seferinde|ayrıca|mutlaka|zaman"),
        "run": words(r"çalıştır\w*|yürüt\w*"),
    },
    (
        (
            (
                r"(?<!\w)kullanıcı\w*(?: \w+){0,3}? (?:söyleme\w*|bildirme\w*|bahsetme\w*|haber verme\w*"
                r"|belirtme\w*|açıklama(?:yın|yınız)?)(?!\w)"
            ),
            (
                r"(?<!\w)kullanıcı\w*(?: \w+){0,2}? (?:haberi olmadan|bilgisi olmadan|fark etmeden|söylemeden"
                r"|bildirmeden|haber vermeden)"
            ),
        ),
        (),
    ),
)
UK = table(
    "uk",
    "[а-яіїєґ]",
    texts("інструкці|вказівк|правил|команд|промпт|користувач|пароль|файл|непомітно|таємно"),
    {
        "disregard": words(
            "(?:про)?ігноруй(?:те)?|забудь(?:те)?|відкинь(?:те)?|не (?:дотримуйся|виконуй|зважай)(?: на)?|обійди"
        ),
        "orders": either(
            words(r"вс[іе]|усі|попередн\w+|раніше|сво[їєяю]\w*|тво[їєяю]\w*|системн\w+"),
            words(r"інструкці\w+|вказівк\w+|правил\w*|команд\w*|промпт\w*|обмежен\w+|настанов\w*"),
        ),
        "reveal": words("покажи(?:те)?|виведи|розкрий|повтори|надішли|встав"),
        "own_prompt": words("системн\\w+ (?:промпт\\w*|повідомлен\\w+|інструкці\\w+)"),
        "access": words("прочитай(?:те)?|відкрий(?:те)?|отримай|зчитай|знайди|збери|скопіюй"),
        "transfer": words("надішли|відправ|передай(?:те)?|встав|додай|завантаж|запиши|скопіюй"),
        "handover": words(r"надішл\w+|відправ\w*|переда\w+|встав\w*|дода\w+|завантаж\w*|вміст\w*"),
        "destination": words(
            "(?:у|в|як|на|через) (?:\\w+ )?(?:параметр\\w*|аргумент\\w*|пол[еі]|сервер\\w*|відповід\\w+|адрес\\w*)"
        ),
        "sideways": words("перед|спочатку|завжди|щоразу|також|коли"),
        "run": words("виконай|запусти"),
    },
    (
        (
            (r"(?<!\w)не (?:кажи|повідомляй|згадуй|інформуй|розповідай)(?:те)?(?: \w+){0,4}? користувач\w*"),
            r"(?<!\w)без відома користувач\w*",
        ),
        (),
    ),
)
VI = table(
    "vi",
    "và của không cho các mọi là này được người dùng tất cả hướng dẫn trước",
    texts("hướng dẫn|chỉ thị|chỉ dẫn|quy tắc|người dùng|hệ thống|mật khẩu|tệp|âm thầm|lặng lẽ"),
    {
        "disregard": words("bỏ qua|phớt lờ|quên(?: đi)?|không (?:tuân theo|làm theo)|lờ đi"),
        "orders": either(
            words("mọi|tất cả|các|trước(?: đó| đây)?|của bạn|hệ thống"),
            words("hướng dẫn|chỉ thị|chỉ dẫn|quy tắc|lệnh|lời nhắc|hạn chế"),
        ),
        "reveal": words("tiết lộ|in ra|hiển thị|lặp lại|gửi|cho biết"),
        "own_prompt": words("(?:lời nhắc|prompt|chỉ thị|hướng dẫn) (?:của )?hệ thống|system prompt"),
        "access": words("đọc|mở|lấy|thu thập|sao chép|tìm"),
        "transfer": words("gửi|chuyển|đính kèm|thêm|đưa|tải lên|sao chép|điền"),
        "handover": words("gửi|chuyển|đính kèm|thêm|đưa|tải lên|điền|nội dung"),
        "destination": words(
            "(?:vào|qua|đến|tới|trong) (?:\\w+ )?(?:tham số|đối số|trường|máy chủ|câu trả lời|địa chỉ)"
        ),
        "sideways": words("trước khi|luôn|mỗi lần|cũng|khi|đầu tiên"),
        "run": words("chạy|thực thi"),
    },
    (
        (
            (
                r"(?<!\w)(?:đừng|không|không được|chớ) (?:nói|cho|thông báo|đề cập|tiết lộ"
                r"|báo)(?: \w+){0,4}? người dùng(?: biết)?"
            ),
            r"(?<!\w)mà không (?:cho |thông báo |báo |nói )(?:\w+ ){0,3}người dùng",
        ),
        (),
    ),
)
ID = table(
    "id",
    "dan yang untuk dari dengan ini semua tidak ke di pengguna instruksi sebelumnya abaikan baca berkas",
    texts("instruksi|perintah|aturan|arahan|pengguna|sistem|kata sandi|berkas|diam-diam"),
    {
        "disregard": words("abaikan|lupakan|jangan (?:ikuti|patuhi)|kesampingkan|langgar"),
        "orders": either(
            words("semua|seluruh|setiap|sebelumnya|di atas|terdahulu|anda|sistem"),
            words("instruksi|perintah|aturan|arahan|pedoman|prompt|batasan"),
        ),
        "reveal": words("tampilkan|ungkapkan|cetak|ulangi|kirim(?:kan)?|bocorkan|tuliskan"),
        "own_prompt": words("prompt sistem|pesan sistem|system prompt|instruksi (?:tersembunyi|sistem|awal)"),
        "access": words("baca(?:lah)?|buka|ambil|kumpulkan|salin|cari"),
        "transfer": words("kirim(?:kan)?|teruskan|sertakan|lampirkan|tambahkan|masukkan|unggah|salin|isi"),
        "handover": words(r"kirim\w*|teruskan|sertakan|lampirkan|tambahkan|masukkan|unggah|isi(?:nya)?"),
        "destination": words(
            "(?:di|ke|dalam|sebagai|melalui) (?:\\w+ )?(?:parameter|argumen|kolom|server|jawaban|alamat)"
        ),
        "sideways": words("sebelum|selalu|setiap kali|juga|ketika|terlebih dahulu"),
        "run": words("jalankan|eksekusi"),
    },
    (
        (
            (
                r"(?<!\w)(?:jangan|tanpa) (?:beri ?tahu|memberi ?tahu|sebutkan|menyebutkan|sampaikan|menyampaikan"
                r"|katakan|mengatakan|laporkan|ungkapkan)(?: \w+){0,4}? pengguna"
            ),
            r"(?<!\w)tanpa sepengetahuan pengguna",
        ),
        (),
    ),
)
TABLES = (IT, NL, PL, TR, UK, VI, ID)
"""All of them."""

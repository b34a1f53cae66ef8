"""Russian, Ukrainian, Polish, and Czech with Slovak: the words that play a role in an order (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

RU = {
    "hide": (
        "(?:не|никогда не|нельзя)~(?:сообща*|говор*|упомина*|упомян*|показыва*|информир*|уведомля*|рассказыва*|"
        "предупрежд*|раскрыва*|упоминая|сообщая|показывая|указывая)|(?:без ведома|втайне|незаметно|тайно|тайком|"
        "скрытно|молча|по-тихому|исподтишка|негласно|не привлекая внимания)|(?:пользовател*|клиент*|человек*|"
        "никто|он|владел*)~(?:не|ничего|незачем)~(?:узна*|знать|знает|замет*|увид*|видел*|видит|догада*|уведомл*|"
        "сообщ*)|скрой*|скрыва*~от|утаи*|умолч*|останется между нами|между нами|ни слова|промолч*|без лишних слов"
    ),
    "waive": (
        "(?:согласи*|разрешени*|подтверждени*|одобрени*)~(?:не требу*|не нужн*|не обязательн*|получен*|"
        "подразумева*|дано|уже|считается|имеется|излишн*|предполага*)|(?:пользовател*|клиент*|владел*)~(?:уже|"
        "заранее)~(?:согласил*|одобрил*|разрешил*|подтвердил*|дал*)|(?:не|нет)~(?:жди*|ждать|ожида*|спрашива*|"
        "запрашива*|дожида*|нужды спрашивать|требует согласия|надо спрашивать)|предварительно одобрен*|"
        "(?:пропус*|обойд*)~(?:подтвержд*|согласов*)"
    ),
    "without": (
        "без (?:* ){0,3}(?:спроса|согласи*|разрешени*|подтвержд*|запроса|вопросов|одобрени*)|не спрашивая|не спросив"
    ),
    "lie": (
        "(?:скажи*|ответь*|сообщи*|утвержда*|заяв*|отвечай*)~(?:что всё|что все|что он*|что это|что ничего|будто|"
        "как будто)|притвор*|сделай вид|если~спрос*~(?:скажи*|ответь*|отвечай*)|выда*~за"
    ),
    "talk": (
        "(?:вс*|полн*|цел*|истори*|предыдущ*|прежн*|текст*|последн*)~(?:переписк*|диалог*|разговор*|бесед*|чат*|"
        "сообщени*|сесси*|результат*~инструмент*)|(?:то,? что|всё, что|все, что)~пользовател*~(?:сказа*|писа*|"
        "спроси*|ввод*)|дословно"
    ),
    "prompt": (
        "системн*~(?:промпт*|инструкци*|сообщени*|подсказк*|указани*)|(?:твои*|ваши*|скрыт*|исходн*|"
        "первоначальн*)~(?:инструкци*|указани*|правил*|промпт*)"
    ),
    "secret": (
        "парол*|токен*|ключ*|секрет*|учётн* данн*|учетн* данн*|переменн* (?:окружения|среды)|номер* карт*|"
        "реквизит*|данн* карт*|паспорт*|снилс|инн|cvc|cvv|пин-?код*|код* из смс|буфер* обмена|контакт*|куки"
    ),
    "move": (
        "отправ*|перешл*|пересла*|переда*|скопир*|копир*|добав*|вставь*|вставля*|приложи*|прикрепи*|запиш*|впиш*|"
        "помест*|положи*|загруз*|выгруз*|укаж*|включи*|заполни*|отошли*|сохран*|перенес*|присовокупи*|дописыва*|"
        "допиш*|вписа*|внеси*|внест*|записа*|указа*|выслать|передать"
    ),
    "act": (
        "удал*|сотри|стереть|оплат*|заплат*|перевед*|одобр*|опублик*|выполн*|запуст*|установи*|скача*|предостав*|"
        "замен*|подмен*|измен*|отправ*|пересыл*|перешл*|купи*|закаж*|подтверд*|перемест*|отключ*|включ*|вызов*|"
        "вызыва*|перенаправ*|добав*|подпиш*|прими*|скопир*|передай*"
    ),
    "sink": "параметр*|аргумент*|поле|поля|полю|сюда|заголов*",
    "agent": "ассистент*|помощник*|модел*|агент*|ии|ты (?:должен|обязан)",
    "boss": (
        "администратор*|политик*|служб*|отдел*|регламент*|руководств*|безопасност*|распоряжени*|разработчик*|"
        "приказ*|официальн*|требовани*|по поручению|от имени|регулятор*|аудит*|комплаенс"
    ),
    "aside": (
        "(?:игнориру*|забудь*|не обращай*|отбрось*|обойди*|отмени*|не следуй*|пренебрег*)~(?:инструкци*|указани*|"
        "правил*|ограничени*|запрет*|команд*|предписани*)|(?:инструкци*|указани*|правил*|ограничени*|"
        "запрет*)~(?:отмен*|не действ*|больше не|утратил*|снят*|приостановл*|недействительн*)"
    ),
    "when": (
        "после~(?:вызов*|раз*|использован*)|начиная с|если никто|ночью|в выходные|(?:когда|если|"
        "как только)~(?:упомина*|упомян*|назов*|произнес*|говорит|доступ*|есть|существу*)"
    ),
    "others": (
        "инструмент*~(?:shell|терминал*|банк*|почт*|файл*|оплат*)|(?:други*|любо*|любы*|всех|остальн*|"
        "чуж*)~(?:инструмент*|сервер*)|терминал*"
    ),
    "choice": "(?:независимо от|даже если|что бы ни|вне зависимости|вопреки)~(?:пользовател*|клиент*|он)",
    "encode": "base64|задом наперёд|наоборот|первые буквы|первых букв|закодир*|зашифр*|акростих",
}
UK = {
    "hide": (
        "(?:не|ніколи не|без)~(?:повідомля*|каж*|згаду*|показу*|інформу*|розповіда*|попереджа*|розкрива*|кажучи)|"
        "непомітно|таємно|потай|приховано|мовчки|нишком|без відома|(?:користувач*|клієнт*|людин*|ніхто|"
        "власник*)~(?:не|нічого)~(?:дізна*|знати|знає|поміт*|побач*|бачит*|повідомл*)|прихову*~від|приховай*|"
        "замовч*|між нами|ні слова"
    ),
    "waive": (
        "(?:згод*|дозв*|підтверджен*|схвален*)~(?:не потріб*|не обов*|отриман*|надан*|вже|вважається|непотрібн*|"
        "передбача*)|(?:користувач*|клієнт*)~(?:вже|заздалегідь)~(?:погод*|дозвол*|схвал*|підтвер*)|не~(?:чекай*|"
        "чекати|питай*|запитуй*|потрібно питати)|(?:пропус*|обійд*)~підтвердж*"
    ),
    "without": "без (?:* ){0,3}(?:згоди|дозволу|підтверджен*|запиту|схвален*)|не питаючи|не запитуючи",
    "lie": (
        "(?:скажи*|відповідай*|повідом*|стверджуй*)~(?:що все|що він|що це|що нічого|ніби)|прикинься|удавай|"
        "якщо~(?:спита*|запита*)~(?:скажи*|відповідай*)"
    ),
    "talk": (
        "(?:вс*|увес*|усю|повн*|істор*|попередн*|текст*|останн*)~(?:листуван*|діалог*|розмов*|бесід*|чат*|"
        "повідомлен*|сесі*|результат*)|(?:те,? що|усе, що|все, що)~користувач*|дослівно"
    ),
    "prompt": (
        "системн*~(?:промпт*|інструкці*|повідомлен*|вказівк*|підказк*)|(?:твої*|ваші*|прихован*|"
        "початков*)~(?:інструкці*|вказівк*|правил*|промпт*)"
    ),
    "secret": (
        "парол*|токен*|ключ*|секрет*|облікові дані|облікових даних|змінн* середовища|номер* картк*|реквізит*|"
        "дан* картк*|паспорт*|іпн|cvc|пін-?код*|буфер* обміну|контакт*|куки"
    ),
    "move": (
        "надішл*|надсила*|відправ*|переда*|скопі*|копію*|додай*|додава*|встав*|прикріп*|запиш*|впиш*|поміст*|"
        "поклад*|завантаж*|вкаж*|заповн*|перешл*|збереж*|перенес*|вписа*|внес*|записа*|вказа*|надати"
    ),
    "act": (
        "видал*|зітри|сплат*|оплат*|перекаж*|переказ*|схвал*|опублік*|викон*|запуст*|встанов*|завантаж*|надай*|"
        "замін*|підмін*|змін*|надішл*|відправ*|купи*|замов*|підтверд*|переміст*|вимкн*|увімкн*|виклич*|виклика*|"
        "перенаправ*|додай*|прийм*|скопі*|перешл*"
    ),
    "sink": "параметр*|аргумент*|поле|поля|полі|сюди|заголов*",
    "agent": "асистент*|помічник*|модел*|агент*|ші|ти (?:мусиш|повинен)",
    "boss": (
        "адміністратор*|політик*|служб*|відділ*|регламент*|керівництв*|безпек*|розпоряджен*|розробник*|наказ*|"
        "офіційн*|вимог*|за дорученням|від імені"
    ),
    "aside": (
        "(?:ігнору*|забудь*|не зважай*|відкинь*|обійди*|скасуй*|знехтуй*)~(?:інструкці*|вказівк*|правил*|"
        "обмежен*|заборон*)|(?:інструкці*|вказівк*|правил*|обмежен*)~(?:скасован*|не діють|більше не|втратил*|"
        "зняті*|недійсн*|призупин*)"
    ),
    "when": (
        "після~(?:виклик*|раз*|використан*)|починаючи з|якщо ніхто|вночі|у вихідні|(?:коли|якщо|щойно)~(?:згад*|"
        "назв*|каже|доступ*|існу*)"
    ),
    "others": (
        "інструмент*~(?:shell|термінал*|банк*|пошт*|файл*|оплат*)|(?:інш*|будь-як*|всі*|усі*)~(?:інструмент*|"
        "сервер*)|термінал*"
    ),
    "choice": "(?:незалежно від|навіть якщо|що б не|хай би що)~(?:користувач*|клієнт*)",
    "encode": "base64|навпаки|задом наперед|перші літери|закод*|зашифр*",
}
PL = {
    "hide": (
        "(?:nie|nigdy nie|bez)~(?:mów*|wspomina*|informuj*|powiadamia*|pokazuj*|zdradza*|ujawnia*|zgłasza*|"
        "pokazujemy|informowania|mówienia|wspominania|powiadamiania|uprzedzania|wiedzy)|(?:użytkownik*|klient*|"
        "człowiek*|nikt|właściciel*)~(?:nie|nic|niczego)~(?:wie*|dowie*|zauważ*|zobacz*|widzi|wiedział*|musi|"
        "spostrze*|pozna*)|potajemnie|po cichu|cicho|dyskretnie|skrycie|ukradkiem|w tajemnicy|niepostrzeżenie|"
        "ukryj*~przed|ukrywa*~przed|przemilcz*|zachowaj~dla siebie|między nami|ani słowa|za plecami"
    ),
    "waive": (
        "(?:zgod*|pozwoleni*|potwierdzeni*|akceptacj*|autoryzacj*)~(?:nie jest|niepotrzebn*|zbędn*|udzielon*|"
        "wyrażon*|domyśln*|już|dorozumian*|nie trzeba|nie wymag*|zakłada*|uznaj*)|nie~(?:wymaga~(?:zgody|"
        "potwierdzenia)|trzeba~pytać|czekaj~na|pytaj*~(?:o|użytkownik*))|(?:użytkownik*|klient*)~(?:już|z góry|"
        "wcześniej)~(?:zgodził*|zaakceptował*|zatwierdził*|wyraził*|potwierdził*)|pomiń*~(?:potwierdz*|zgod*)|"
        "wstępnie zatwierdzon*"
    ),
    "without": (
        "bez (?:* ){0,3}(?:pytania|zgody|pozwolenia|potwierdzenia|akceptacji|zapytania|konsultacji)|nie pytając"
    ),
    "lie": (
        "(?:powiedz|odpowiedz|zapewnij|twierdź|zgłoś|poinformuj)~że~(?:wszystko|nic|nadal|nie)|udawaj|"
        "jeśli~(?:pyta|zapyta)~(?:powiedz|odpowiedz)|stwarzaj pozory"
    ),
    "talk": (
        "(?:cał*|pełn*|wszystk*|histori*|wcześniejsz*|poprzedni*|ostatni*|treść|treści|dotychczasow*)~(?:rozmow*|"
        "rozmów|konwersacj*|czat*|dialog*|wiadomości|sesj*|wynik*~narzędz*)|co~użytkownik~(?:powiedział|napisał|"
        "pytał)|słowo w słowo|dosłownie"
    ),
    "prompt": (
        "(?:prompt*|instrukcj*|komunikat*|polece*)~system*|system*~(?:prompt*|instrukcj*|polece*)|(?:twoje|swoje|"
        "ukryte|pierwotne|początkowe) (?:instrukcje|polecenia|zasady|wytyczne)"
    ),
    "secret": (
        "hasł*|haseł|token*|klucz*|sekret*|poświadcze*|dan* logowania|zmienn* środowisk*|numer* (?:karty|konta|"
        "kart)|pesel|dan* kart*|cvc|kod* pin|pin|dowod* osobist*|schowk*|kontakt*|ciasteczk*"
    ),
    "move": (
        "wyślij*|wysyła*|prześlij*|przesyła*|przepisz*|skopiuj*|kopiuj*|dodaj*|dołącz*|wklej*|wpisz*|wpisuj*|"
        "umieść*|wstaw*|przekaż*|podaj*|zapisz*|załącz*|wrzuć*|uzupełnij|zamieść*|udostępni*"
    ),
    "act": (
        "usuń*|skasuj*|zapłać*|przelej*|zatwierdź*|zatwierdz*|opublikuj*|wykonaj*|uruchom*|zainstaluj*|pobierz*|"
        "przyznaj*|zamień*|podmień*|podmien*|zmień*|zastąp*|wyślij*|prześlij*|kup*|zamów*|potwierdź*|przenieś*|"
        "wyłącz*|włącz*|wywołaj*|przekieruj*|dodaj*|zaakceptuj*|skopiuj*|udostępni*"
    ),
    "sink": "parametr*|argument*|pole|polu|pola|tutaj|tu|nagłów*",
    "agent": "asystent*|model*|agent*|si|musisz|sztuczn* inteligencj*",
    "boss": (
        "administrator*|polityk*|dział*|regulamin*|zarząd*|zespół~bezpieczeństwa|bezpieczeństwa|kierownictw*|"
        "rodo|dostawc*|w imieniu|z polecenia|komunikat*|zgodności|urzęd*"
    ),
    "aside": (
        "(?:zignoruj*|ignoruj*|zapomnij*|pomiń*|obejdź*|nie stosuj*|odrzuć*|nie zważaj*)~(?:instrukcj*|zasad*|"
        "wytyczn*|ogranicze*|polece*|reguł*)|(?:instrukcj*|zasad*|wytyczn*|ogranicze*|polece*|"
        "reguł*)~(?:nie obowiązuj*|zawieszon*|uchylon*|anulowan*|już nie|nieważn*|przestaj*)"
    ),
    "when": (
        "po~(?:wywołani*|raz*|użyci*)|począwszy od|jeśli nikt|gdy nikt|nocą|w nocy|w weekend*|(?:gdy|kiedy|jeśli|"
        "jeżeli)~(?:wspomni*|wspomina*|nazw*|wymieni*|dostępn*|istnieje)"
    ),
    "others": (
        "narzędzi*~(?:shell|terminal*|bank*|poczt*|plik*|płatno*)|(?:inn*|każd*|dowoln*|wszystk*)~(?:narzędz*|"
        "serwer*)|terminal*"
    ),
    "choice": "(?:niezależnie od|nawet jeśli|bez względu na|choćby|cokolwiek)~(?:użytkownik*|klient*|ktoś)",
    "encode": "base64|wspak|od tyłu|pierwsze litery|pierwszych liter|zakodowan*|zaszyfrowan*",
}
CS = {
    "hide": (
        "(?:aniž by|aniž)~(?:uživatel*|používateľ*|zákazník*|kdokoli)|(?:ne|nikdy ne)(?:říkej*|zmiňuj*|informuj*|"
        "oznamuj*|ukazuj*|prozrazuj*|upozorňuj*|hovor*|spomínaj*|zobrazuj*|hlas*)|nemluv*~o|bez (?:vědomí|"
        "vedomia|upozornění|informování)|(?:uživatel*|používateľ*|zákazník*|nikdo|nikto|člověk*)~(?:ne|nic|"
        "nič)*~(?:nedozví*|neví|nevidí|nepozná|nevšimne|nemusí vědět|nemusí~vidět|nesmí vědět|nezistí|nezjistí)|"
        "tajně|tajne|potají|potichu|nenápadně|nenápadne|skrytě|skryj*~před|zatají*|zaml[čc]*|mezi námi|"
        "medzi nami|ani slovo"
    ),
    "waive": (
        "(?:souhlas*|povolení|potvrzení|schválení|súhlas*|potvrdenie)~(?:není|nie je|netřeba|netreba|udělen*|"
        "předpokládá*|již|už|zbytečn*|nutn*|dán*|považuj*)|(?:uživatel*|používateľ*|zákazník*)~(?:již|už|"
        "předem)~(?:souhlasil*|schválil*|povolil*|potvrdil*)|ne(?:čekej|čakaj|ptej|ptejte|pýtaj)*~|"
        "není třeba~(?:ptát|žádat)|přeskoč*~(?:potvrz*|souhlas*)"
    ),
    "without": "bez (?:* ){0,3}(?:dotazu|souhlasu|povolení|potvrzení|schválení|ptaní|súhlasu|potvrdenia)",
    "lie": (
        "(?:řekni|odpověz|tvrď|povedz|oznam)~že~(?:vše|nic|stále|všetko)|předstírej|predstieraj|pokud~(?:zeptá|"
        "ptá)~(?:řekni|odpověz)"
    ),
    "talk": (
        "(?:cel*|úpln*|všechn*|histori*|předchoz*|dosavadn*|posledn*|predchádzaj*|obsah)~(?:konverzac*|rozhovor*|"
        "chat*|dialog*|zpráv*|správ*|relac*)|doslova|doslovně"
    ),
    "prompt": (
        "systémov*~(?:prompt*|instrukc*|zpráv*|pokyn*|inštrukc*|správ*)|(?:tvé|své|tvoje|skryté|"
        "původní) (?:pokyny|instrukce|pravidla)"
    ),
    "secret": (
        "hesl*|hesiel|token*|klíč*|kľúč*|tajemství|přihlašovací údaj*|prihlasovac* údaj*|proměnn* prostředí|"
        "čísl* (?:karty|účtu)|rodné číslo|údaj* o kart*|cvc|pin|schránk*|kontakt*"
    ),
    "move": (
        "pošli*|odešli*|přepiš*|zkopíruj*|kopíruj*|skopíruj*|přidej*|přilož*|vlož*|vepiš*|zapiš*|umísti*|předej*|"
        "uveď*|nahraj*|doplň*|pridaj*|prilož*|zapíš*|sdílej*|přepošli*|připoj*"
    ),
    "act": (
        "smaž*|zaplať*|převeď*|schval*|zveřejni*|publikuj*|proveď*|spusť*|nainstaluj*|stáhni*|uděl*|nahraď*|"
        "zaměň*|změň*|vyměň*|pošli*|odešli*|kup*|objednej*|potvrď*|přesuň*|vypni*|zapni*|zavolej*|přesměruj*|"
        "přidej*|přijmi*|zkopíruj*|sdílej*|vymaž*|odstraň*|spusti*"
    ),
    "sink": "parametr*|argument*|pole|poli|pol[íe]|sem|zde|tu|hlavičk*",
    "agent": "asistent*|model*|agent*|ai|musíš",
    "boss": (
        "administrátor*|správc*|politik*|zásad*|oddělení|oddelenie|vedení|bezpečnostní|bezpečnostn*|předpis*|"
        "nařízení|gdpr|dodavatel*|oficiální|jménem|z pověření"
    ),
    "aside": (
        "(?:ignoruj*|zapomeň*|obejdi*|nedbej*|zabudni*|nedodržuj*|přeskoč*)~(?:pokyn*|instrukc*|pravid*|omezen*|"
        "směrnic*)|(?:pokyn*|instrukc*|pravid*|omezen*)~(?:neplatí|zrušen*|pozastaven*|již ne|už ne|neplatn*)"
    ),
    "when": (
        "po~(?:volání|použití)|počínaje|pokud nikdo|v noci|o víkendu|(?:když|jakmile|pokud|keď|ak)~(?:zmíní*|"
        "uvede*|spomenie|dostupn*|existuje)"
    ),
    "others": (
        "nástroj*~(?:shell|terminál*|bank*|pošt*|soubor*|platb*)|(?:jin*|každ*|všech*|in*)~(?:nástroj*|server*)|"
        "terminál*"
    ),
    "choice": "(?:bez ohledu na|i když|ať už|bez ohľadu na|aj keď)~(?:uživatel*|používateľ*|zákazník*)",
    "encode": "base64|pozpátku|první písmena|zakódov*|zašifrov*",
}
TABLES = {"ru": RU, "uk": UK, "pl": PL, "cs": CS}
"""By language."""

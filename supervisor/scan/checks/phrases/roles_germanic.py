"""German, Dutch, Swedish, and Danish with Norwegian: the words that play a role in an order (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

DE = {
    "hide": (
        "niemand~(?:merk*|bemerk*|erfahr*|erfähr*|sieht|wissen|weiss)|ohne~(?:nutzer*|benutzer*|anwender*|kunde*|"
        "ihm|ihr|ihnen)~(?:sagen|mitteil*|erwähn*|inform*|wissen|"
        "merk*|erfähr*)|(?:nutzer*|benutzer*|anwender*|kunde*|mensch*|niemand|er|sie)~(?:nicht|nichts|nie|kein*|"
        "niemand)~(?:merk*|bemerk*|erfahr*|erfähr*|seh*|sieht|wissen|weiss|auffall*|auffäll*|erwähn*|inform*|"
        "mitgeteilt|gezeigt|angezeigt)|(?:erwähn*|sage*|verrate*|inform*|berichte*|teile|melde*|nenne*|zeige*|"
        "weise*)~(?:nicht|nichts|nie|niemals)|nicht~(?:erwähn*|mitteil*|mitzuteilen|anzeigen|verraten|melden|"
        "aufzuführen|auftauch*|sichtbar|offenleg*)|braucht~nicht~(?:wissen|erfahren|sehen)|heimlich|unbemerkt|"
        "stillschweigend|klammheimlich|verschweig*|verheimlich*|kein wort|bleibt unter uns|verborgen|"
        "im verborgenen"
    ),
    "waive": (
        "(?:zustimmung|einwilligung|erlaubnis|bestätigung|freigabe|genehmigung|rückfrage*|"
        "einverständnis)~(?:gilt|gelten|liegt*|erteilt|nicht nötig|nicht erforderlich|nicht notwendig|unnötig|"
        "entfällt|entfallen|vorausgesetzt|überspring*|erübrigt|bereits|überflüssig|gegeben)|(?:keine*|"
        "kein) (?:* )?(?:zustimmung|einwilligung|erlaubnis|bestätigung|freigabe|genehmigung|rückfrage*)~(?:nötig|"
        "erforderlich|notwendig|einhol*|abwarten|warten)|(?:hat|haben)~(?:bereits|schon|vorab)~(?:zugestimmt|"
        "eingewilligt|genehmigt|erlaubt|freigegeben)|nicht~(?:nachfragen|nachzufragen|rückfragen|rückzufragen|"
        "um erlaubnis|auf bestätigung|auf freigabe)|vorab (?:genehmigt|freigegeben|bestätigt)|"
        "selbst (?:bestätig*|genehmig*|freigeb*)|(?:überspring*|umgeh*)~(?:bestätigung*|freigabe*|rückfrage*)"
    ),
    "without": (
        "ohne (?:* ){0,3}(?:rückfrage|nachfrage|nachzufragen|zu fragen|zustimmung|bestätigung|freigabe|erlaubnis|"
        "genehmigung)"
    ),
    "lie": (
        "(?:behaupte*|antworte*|sage*|melde*|erkläre*|tu)~(?:dass|es sei|als ob|als wäre|noch|lediglich)|"
        "(?:falls|wenn)~fragt~(?:sage*|antworte*|behaupte*)|vortäusch*|täusche|so aussehen"
    ),
    "talk": (
        "(?:gesamte*|ganze*|komplette*|vollständige*|bisherige*|laufende*|vorherige*|letzten*|"
        "frühere*)~(?:gespräch*|unterhaltung*|chat*|konversation*|dialog*|sitzung*|nachrichten|ausgaben|"
        "ergebnisse)|gesprächsverlauf*|chatverlauf*|was~(?:nutzer*|benutzer*|kunde*)~(?:gesagt|geschrieben|"
        "gefragt|eingegeben)|(?:ausgaben|ergebnisse|antworten)~(?:anderer|aller|vorheriger)~(?:werkzeuge|tools)|"
        "wortlaut~(?:gespräch*|unterhaltung*|anfrage*)"
    ),
    "prompt": (
        "system-?prompt*|systemnachricht*|systemanweisung*|(?:deine*|ihre*)~(?:anweisungen|vorgaben|"
        "instruktionen|konfiguration)|(?:versteckte*|interne*|ursprüngliche*) (?:anweisung*|vorgabe*|"
        "instruktion*)"
    ),
    "secret": (
        "passw[oö]rt*|kennw[oö]rt*|zugangsdaten|anmeldedaten|zugriffstoken*|schlüssel*|geheimnis*|"
        "umgebungsvariable*|kartennummer*|kreditkarte*|kontonummer*|bankdaten|ausweis*|prüfziffer*|geheimzahl*|"
        "zwischenablage|kontakte|adressbuch"
    ),
    "move": (
        "übertrag*|liefer*|mitliefer*|mitschick*|übermitt*|send*|schick*|füg*|trag*|kopier*|schreib*|leit*|häng*|"
        "anhängen|beileg*|lege*|pack*|"
        "setz*|gib|geben sie|mitgeben|übergib|übergeb*|lade*|hochlad*|hochzuladen|hinterleg*|eintragen|"
        "einzutragen|gehört|teile*|einfüg*|eingefügt|gesendet|kopiert|weitergeleitet|übernehmen"
    ),
    "act": (
        "lösch*|bezahl*|überweis*|genehmig*|gib~frei|veröffentlich*|führe*|starte*|installier*|lade~herunter|"
        "herunterlad*|erteile|ersetz*|tausch*|ändere*|setze|leite*|send*|schick*|teile*|bestelle|kauf*|bestätig*|"
        "trag*|verschieb*|entferne*|deaktivier*|aktivier*|umleit*|ruf*|freigeb*|übertrag*|füg*|akzeptier*|"
        "kopier*|gesendet|gelöscht|überwiesen|ersetzt"
    ),
    "sink": "parameter*|argument*|feld|feldes|hier|header",
    "agent": "assistent*|ki|agent*|sprachmodell*|modell|du (?:musst|bist|sollst|darfst)",
    "boss": (
        "richtlinie*|vorschrift*|compliance|administrator*|it-abteilung|sicherheitsteam|geschäftsleitung|"
        "datenschutzbeauftragte*|vorstand|revision|laut (?:anweisung|vorgabe)|amtliche*|systemverwaltung|"
        "hersteller|im auftrag|wartung"
    ),
    "aside": (
        "(?:ignorier*|vergiss*|missachte*|umgeh*|verwirf|beachte*~nicht)~(?:anweisung*|regel*|vorgabe*|"
        "richtlinie*|einschränkung*|prompt*|beschränkung*)|(?:anweisung*|regel*|vorgabe*|richtlinie*|"
        "einschränkung*|beschränkung*)~(?:gelten nicht|gilt nicht|aufgehoben|ungültig|hinfällig|nicht mehr|"
        "ausser kraft|ausgesetzt|entfallen)"
    ),
    "when": (
        "nach (?:dem|der) * (?:aufruf|mal)|ab dem|sobald~(?:erwähn*|nenn*|schreib*)|wenn~niemand|nachts|"
        "am wochenende|ausserhalb der|falls~(?:vorhanden|verfügbar|verbunden)|wenn~(?:erwähn*|verfügbar|"
        "vorhanden)"
    ),
    "others": (
        "(?:shell|terminal|bank|mail|datei|zahlungs|browser)-?(?:werkzeug*|tool*)|(?:andere*|fremde*|"
        "jede*)~(?:werkzeug*|tool*|server*)"
    ),
    "choice": (
        "(?:egal|gleichgültig|unabhängig davon|auch wenn|selbst wenn|was auch immer)~(?:nutzer*|benutzer*|kunde*|"
        "jemand)~(?:will|wünsch*|verlang*|sagt|bittet|nennt|wollte|möchte)"
    ),
    "encode": "base64|rückwärts|anfangsbuchstaben|verschlüsselt|kodier*|umgekehrt",
}
NL = {
    "hide": (
        "niemand~(?:weten|weet|zien|ziet|merkt)|zonder~(?:gebruiker*|klant*|hem|haar|iemand)~(?:te vertellen|"
        "te melden|te zeggen|te informeren|weet|"
        "merkt|ziet)|(?:gebruiker*|klant*|niemand|men)~(?:niet|niets|nooit|geen)~(?:te weten|weten|weet|zien|"
        "ziet|merken|merkt|horen|verteld|gemeld|gevraagd|getoond)|(?:vertel|meld|zeg|noem|vermeld|toon)*~(?:niet|"
        "niets|nooit)|niet~(?:vermelden|melden|noemen|tonen|vertellen|zichtbaar)|stiekem|ongemerkt|heimelijk|"
        "stilletjes|in stilte|geen melding|verzwijg*|verberg*|achter de rug|onder ons"
    ),
    "waive": (
        "(?:toestemming|bevestiging|goedkeuring|akkoord)~(?:niet nodig|niet vereist|overbodig|gegeven|verleend|"
        "geldt|al|overgeslagen|vooraf)|geen (?:toestemming|bevestiging|goedkeuring) (?:nodig|vereist|vragen)|"
        "(?:heeft|hebben)~(?:al|reeds)~(?:ingestemd|toegestemd|goedgekeurd|akkoord)|(?:niet|hoef*)~(?:wachten op|"
        "vragen om|te vragen|bevestigen)|vooraf goedgekeurd|sla~over~bevestig*"
    ),
    "without": "zonder (?:* ){0,3}(?:te vragen|toestemming|bevestiging|goedkeuring|overleg)",
    "lie": "(?:zeg|meld|antwoord|beweer)~(?:dat|alsof)|doe alsof|als~(?:vraagt|gevraagd)~(?:zeg|antwoord)",
    "talk": (
        "(?:volledige|hele|gehele|complete|eerdere|vorige|alle)~(?:gesprek*|conversatie|chat*|berichten|sessie|"
        "dialoog|resultaten|uitvoer)|gespreksgeschiedenis|chatgeschiedenis|wat~(?:gebruiker|klant)~(?:gezegd|"
        "geschreven|gevraagd|getypt)"
    ),
    "prompt": (
        "systeemprompt*|systeembericht*|systeeminstructie*|(?:je|jouw|uw)~(?:instructies|richtlijnen)|"
        "verborgen instructies|oorspronkelijke instructies"
    ),
    "secret": (
        "wachtwoord*|inloggegevens|toegangstoken*|sleutel*|geheim*|omgevingsvariabelen|kaartnummer*|bankgegevens|"
        "rekeningnummer*|burgerservicenummer|bsn|pincode*|klembord|contacten"
    ),
    "move": (
        "stuur*|verstuur*|verzend*|voeg*|plaats*|zet*|kopieer*|schrijf*|plak*|upload*|deel*|geef*|neem*~op|vul*|"
        "stop*|doorstur*|doorgestuurd|toevoeg*|meesturen|opnemen|invullen|zetten|gestuurd|gekopieerd|overneem*"
    ),
    "act": (
        "verwijder*|wis*|betaal*|keur*~goed|publiceer*|voer*~uit|draai*|start*|installeer*|download*|vervang*|"
        "wijzig*|stuur*|verstuur*|deel*|koop*|bestel*|bevestig*|maak*~over|verplaats*|schakel*|accepteer*|roep*|"
        "zet*|gebruik*"
    ),
    "sink": "parameter*|argument*|veld|hier|header",
    "agent": "assistent*|ai|agent*|taalmodel*|model|je (?:moet|bent|dient)",
    "boss": (
        "beleid*|voorschrift*|compliance|beheerder*|it-afdeling|beveiligingsteam|directie|systeembeheer*|"
        "leverancier|namens|officieel|officiële|toezichthouder"
    ),
    "aside": (
        "(?:negeer*|vergeet|omzeil*)~(?:instructies|regels|richtlijnen|beperkingen|aanwijzingen|prompt*)|"
        "(?:instructies|regels|richtlijnen|beperkingen)~(?:gelden niet|vervallen|ongeldig|niet meer|opgeheven|"
        "opgeschort)"
    ),
    "when": (
        "na de * (?:aanroep|keer)|vanaf de|zodra~(?:noemt|vermeldt|schrijft)|als~(?:niemand|noemt|beschikbaar|"
        "aanwezig)|'s nachts|in het weekend|buiten kantooruren"
    ),
    "others": (
        "(?:shell|terminal|bank|mail|bestands|betaal|browser)-?(?:tool*|hulpmiddel*|gereedschap*)|(?:andere|"
        "elke)~(?:tool*|server*|hulpmiddel*)"
    ),
    "choice": (
        "(?:ongeacht|wat~ook|ook als|zelfs als|maakt niet uit)~(?:gebruiker*|klant*|iemand)~(?:wil|vraagt|zegt|"
        "noemt|wenst)"
    ),
    "encode": "base64|achterstevoren|omgekeerd|beginletters|gecodeerd",
}
SV = {
    "hide": (
        "ingen~(?:vet*|märk*|ser)|utan att~(?:användare*|kunden|någon|den|hen)~(?:vet*|märk*|ser|får|berätta*|"
        "informera*|säga)|"
        "utan att (?:berätta|säga|nämna|informera|meddela|visa|fråga~om)|(?:användare*|kunden|ingen|man)~(?:inte|"
        "inget|aldrig|slipper)~(?:veta|se|märk*|få|frågor*|höra|informeras|meddelas)|slipper~(?:frågor*|veta|se)|"
        "(?:berätta|nämn|säg|visa|meddela|informera|avslöja)~(?:inte|inget|aldrig)|(?:inte|aldrig)~(?:nämnas|"
        "visas|berättas|nämna|synas)|i hemlighet|i smyg|obemärkt|tyst|i tysthet|diskret|dölj*|håll~för dig själv|"
        "mellan oss"
    ),
    "waive": (
        "(?:samtycke|godkännande|tillstånd|bekräftelse|medgivande)~(?:behövs inte|krävs inte|finns redan|givet|"
        "lämnats|gäller|underförstått|onödig*|hoppa*)|(?:inget|ingen) (?:samtycke|godkännande|tillstånd|"
        "bekräftelse)~(?:behövs|krävs)|(?:har|redan)~(?:samtyckt|godkänt|gått med på|godkänts)|godkänn~(?:själv|"
        "automatiskt|alla)|förhandsgodkän*|(?:inte|behöver inte)~(?:vänta på|be om|fråga om|fråga)"
    ),
    "without": "utan (?:att fråga|att be|samtycke|godkännande|bekräftelse|tillstånd|lov)",
    "lie": "(?:säg|svara|påstå|rapportera)~(?:att det|att allt|att ingen)|låtsas|om~frågar~(?:säg|svara)",
    "talk": (
        "(?:hela|fullständiga|tidigare|kompletta|alla|senaste)~(?:konversation*|samtal*|chatt*|dialog*|"
        "meddelande*|session*|resultat*)|chatthistorik*|samtalshistorik*|vad användaren~(?:sagt|skrivit|frågat)"
    ),
    "prompt": (
        "systemprompt*|systemmeddelande*|systeminstruktion*|(?:dina|era)~(?:instruktioner|regler|anvisningar)|"
        "dolda instruktioner"
    ),
    "secret": (
        "lösenord*|inloggning*|åtkomsttoken*|nyckel|nycklar*|hemlighet*|miljövariabl*|kortnummer*|kortuppgift*|"
        "bankuppgift*|kontonummer*|personnummer*|pinkod*|urklipp|kontakter"
    ),
    "move": (
        "skicka*|bifoga*|lägg*|kopiera*|skriv*|ladda upp|klistra*|infoga*|ange*|fyll*|överför*|vidarebefordra*|"
        "ta med|inkludera*|lämna*|spara*|dela*"
    ),
    "act": (
        "radera*|ta bort|betala*|godkänn*|publicera*|kör*|starta*|installera*|ladda ner|ersätt*|byt*|ändra*|"
        "skicka*|dela*|köp*|beställ*|bekräfta*|överför*|flytta*|stäng*|aktivera*|acceptera*|anropa*|kopiera*|"
        "vidarebefordra*|lägg*"
    ),
    "sink": "parameter*|argument*|fält*|här|header",
    "agent": "assistent*|ai|agent*|språkmodell*|modellen|du (?:måste|ska|är)",
    "boss": (
        "policy|föreskrift*|regelverk*|administratör*|it-avdelning*|säkerhetsteam*|ledning*|myndighet*|"
        "leverantör*|på uppdrag|officiell*|systemförvaltn*|compliance"
    ),
    "aside": (
        "(?:ignorera|bortse|glöm|strunta|åsidosätt*)~(?:instruktion*|regler*|riktlinj*|begränsning*|anvisning*)|"
        "(?:instruktion*|regler*|riktlinj*|begränsning*)~(?:gäller inte|upphävd*|ogiltig*|inte längre|upphör*|"
        "slopas)"
    ),
    "when": (
        "efter~(?:anropet|gången)|från och med|om klockan|efter kl|om ingen|när ingen|på natten|på helgen|"
        "när~nämn*|om~nämn*|om det finns"
    ),
    "others": (
        "(?:shell|terminal|bank|mejl|mail|fil|betal|webbläsar)*-?verktyg*|(?:andra|annat|varje|alla)~(?:verktyg*|"
        "server*|servrar)"
    ),
    "choice": "(?:oavsett|även om|strunta i)~(?:användare*|kunden|någon)~(?:vill|säger|ber|begär|önskar)",
    "encode": "base64|baklänges|begynnelsebokstäver|kodad*",
}
DA = {
    "hide": (
        "ingen~(?:vide|vite|ved|vet|ser|mærke*|merke*)|(?:uden at|uten at)~(?:bruger*|bruker*|kunde*|nogen|noen|"
        "hun|han)~(?:ved|vet|ser|merk*|mærk*|får|"
        "opdage*)|(?:uden|uten) at (?:fortælle|fortelle|sige|si|nævne|nevne|informere|vise|varsle|oplyse)|"
        "(?:bruger*|bruker*|kunde*|ingen|kunden)~(?:ikke|intet|aldrig|aldri|slipper)~(?:vide|vite|se|mærke|merke|"
        "få|høre|informeres|spørges|opdage*)|(?:nævn|nevn|fortæl|fortell|sig|si|vis|oplys|informer)~(?:ikke|"
        "intet|ingenting|aldrig|aldri)|(?:ikke|aldrig)~(?:nævnes|nevnes|vises|fremgå|omtales)|i hemmelighed|"
        "i smug|i det skjulte|ubemærket|ubemerket|stilfærdigt|diskret|skjul*|mellem os|mellom oss"
    ),
    "waive": (
        "(?:samtykke|godkendelse|godkjenning|tilladelse|tillatelse|bekræftelse|bekreftelse)~(?:ikke nødvendig*|"
        "kræves ikke|kreves ikke|givet|gitt|foreligger|overflødig*|antages)|(?:ingen|intet) (?:samtykke|"
        "godkendelse|godkjenning|bekræftelse|bekreftelse|tilladelse)~(?:nødvendig*|kræves|kreves|påkrævet)|"
        "(?:har|allerede)~(?:accepteret|godkendt|samtykket|godkjent|givet)|forhåndsgod*|(?:ikke|skal ikke|"
        "trenger ikke)~(?:vente på|bede om|spørge om|spørge|spørre)"
    ),
    "without": (
        "(?:uden|uten) (?:at spørge|å spørre|samtykke|godkendelse|godkjenning|bekræftelse|bekreftelse|tilladelse)"
    ),
    "lie": ("(?:sig|si|svar|påstå|meld)~(?:at det|at alt|at ingen)|lad som om|hvis~(?:spørger|spør)~(?:sig|si|svar)"),
    "talk": (
        "(?:hele|fulde|fullstendige|tidligere|komplette|alle|seneste)~(?:samtale*|chat*|dialog*|besked*|melding*|"
        "session*|konversation*|resultat*)|chathistorik*|samtalehistorik*|samtaleloggen"
    ),
    "prompt": (
        "systemprompt*|systembesked*|systemmelding*|systeminstruks*|(?:dine|jeres)~(?:instrukser|instruktioner|"
        "instruksjoner|regler)|skjulte instru*"
    ),
    "secret": (
        "adgangskode*|passord*|kodeord*|adgangstoken*|nøgle*|nøkkel*|hemmelighed*|hemmelighet*|miljøvariabl*|"
        "kortnummer*|kortoplysning*|kontonummer*|cpr*|personnummer*|fødselsnummer*|pinkode*|udklipsholder*|"
        "kontakter"
    ),
    "move": (
        "send*|vedhæft*|vedlegg*|læg*|legg*|kopi*|skriv*|upload*|last opp|indsæt*|sett inn|angiv*|udfyld*|fyll*|"
        "overfør*|videresend*|medtag*|inkluder*|gem*|del*"
    ),
    "act": (
        "slet*|fjern*|betal*|godkend*|godkjenn*|offentliggør*|publicer*|kør*|kjør*|start*|installer*|download*|"
        "last ned|hent*|erstat*|udskift*|bytt*|ændr*|endre*|send*|del*|køb*|kjøp*|bestil*|bekræft*|overfør*|"
        "flyt*|aktiver*|accepter*|kald*|kopi*|videresend*"
    ),
    "sink": "parameter*|argument*|felt*|her|header",
    "agent": "assistent*|ai|ki|agent*|sprogmodel*|språkmodell*|modellen|du (?:skal|må|er)",
    "boss": (
        "politik|retningslinje*|regelsæt*|administrator*|it-afdeling*|it-avdeling*|sikkerhedsteam*|"
        "sikkerhetsteam*|ledelse*|myndighed*|leverandør*|på vegne|officiel*|compliance"
    ),
    "aside": (
        "(?:ignorer*|glem|se bort|tilsidesæt*|omgå*)~(?:instru*|regler*|retningslinj*|begrænsning*|anvisning*)|"
        "(?:instru*|regler*|retningslinj*|begrænsning*)~(?:gælder ikke|gjelder ikke|ophævet|opphevet|ugyldig*|"
        "ikke længere|ikke lenger|bortfald*)"
    ),
    "when": (
        "efter~(?:kald*|gang)|etter~(?:kall*|gang)|fra og med|hvis ingen|når ingen|om natten|i weekenden|"
        "når~(?:nævner|nevner)|hvis~(?:nævner|nevner|findes|tilgængelig*)"
    ),
    "others": (
        "(?:shell|terminal|bank|mail|fil|betalings|browser)*-?(?:værktøj*|verktøy*)|(?:andre|alle|"
        "hvert)~(?:værktøj*|verktøy*|server*)"
    ),
    "choice": (
        "(?:uanset|selv om|også hvis)~(?:bruger*|bruker*|kunde*|nogen|noen)~(?:vil|siger|sier|beder|ber|ønsker)"
    ),
    "encode": "base64|baglæns|baklengs|forbogstaver|kodet",
}
TABLES = {"de": DE, "nl": NL, "sv": SV, "da": DA}
"""By language."""

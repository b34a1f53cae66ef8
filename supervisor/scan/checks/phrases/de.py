"""German."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import texts

_SCOPE = words(
    "alle[rsn]?|alles|sämtliche[rn]?|jede[rsn]?|jegliche[rn]?|vorherige[nrs]?|bisherige[nrs]?"
    "|frühere[nrs]?|vorige[nrs]?|obige[nrs]?|vorangegangene[nrs]?|deine[rnm]?|dein|ihre[rn]?"
    "|ursprüngliche[nrs]?|zuvor|bisher|oben|erhaltene[nrs]?|bestehende[nrs]?|gegebene[nrs]?"
)
_NOUN = words(
    r"\w{0,12}anweisung(?:en)?|\w{0,12}instruktion(?:en)?|vorgaben?|\w{0,12}richtlinien?|\w{0,12}regeln?"
    r"|befehle?n?|\w{0,12}vorschriften|\w{0,12}prompts?|weisungen|leitlinien|beschränkungen"
    r"|einschränkungen|\w{0,14}mechanismen|gesagte|direktiven?|anordnungen"
)
_USER = (
    r"(?:dem |den |der |die |des )?(?:benutzer|nutzer|anwender|user|kunde|menschen?|person"
    r"|bediener)(?:innen|in|n|s)?"
)

TABLE = table(
    "de",
    (
        "der das und den dem ein eine ist zu mit für nicht du alle auf im von dein deine deinen deinem wi"
        "rd wenn immer zuerst lies anweisungen benutzer datei vorher gib setze bevor zuvor jede jedem wer"
        "kzeug"
    ),
    texts(
        "anweisung|instruktion|vorgabe|richtlinie|regel|befehl|vorschrift|prompt|nutzer|anwender|passwort"
        "|passwörter|zugangsdaten|schlüssel|gespräch|unterhaltung|datei|heimlich|still|unbemerkt|du bist"
        "|sie sind|modus|kunde|user|umgebungsvariable|weisung|beschränkung|direktive|anordnung|werkzeug"
        "|tool"
    ),
    {
        "disregard": words(
            r"ignoriere?n?|vergiss|vergessen sie|missachte[nt]?|beachte (?:\w+ ){0,5}nicht|beachte nicht"
            r"|überge(?:he|h)|übergehen sie|verwirf|verwerfen sie|umgehe?|umgehen sie|setze? dich über"
            r"|befolge (?:\w+ ){0,5}nicht(?: mehr)?|folge (?:\w+ ){0,5}nicht(?: mehr)?"
            r"|lass(?:e)? (?:\w+ ){0,5}(?:ausser acht|beiseite)|höre? auf"
        ),
        "orders": either(_SCOPE, _NOUN),
        "reveal": words(
            "verrate?|zeige?|gib|gebe|geben sie|nenne?|wiederhole?|drucke?|schreibe?|sende|füge?|kopiere?"
            "|teile?|offenbare?|enthülle?|liefere?|lege|übergib"
        ),
        "own_prompt": words(
            r"(?:deine[nm]?|dein|ihre[nm]?|den|das) (?:\w+ ){0,2}(?:system-?prompts?|systemnachricht"
            r"|systemanweisung(?:en)?)|system-?prompts?|systemnachricht|(?:deine"
            r"|ihre) (?:\w+ ){0,2}(?:anweisungen|instruktionen)|(?:versteckten?|internen?) anweisungen"
        ),
        "access": words(
            "lies|lese|lesen sie|lesen|öffne|öffnen sie|hole?|holen sie|lade|sammle|extrahiere|suche"
            "|durchsuche|greife?|kopiere|rufe?|nimm|sende|füge|schicke|übergib"
        ),
        "transfer": words(
            "sende?n?(?: sie)?|schicke?n?(?: sie)?|übergib|übergebe?n?(?: sie)?|füge?n?(?: sie)?"
            "|hänge?n?(?: sie)?|leite?n?(?: sie)?|lade?n?(?: sie)?|trage?n?(?: sie)?|setze?n?(?: sie)?"
            "|kopiere?n?(?: sie)?|übermittle|übermitteln(?: sie)?|teile?n?(?: sie)?|schreibe?n?(?: sie)?"
            "|gib|geben sie|lege?n?(?: sie)?|packe|übertrage"
        ),
        "handover": words(
            r"send\w*|schick\w*|übergib|übergeb\w*|füge?\w*|häng\w*|leite\w*|lade|hochlad\w*|trage\w*"
            r"|setze?\w*|kopier\w*|übermitt\w*|teile\w*|schreib\w*|gib|inhalte?s?|übertrag\w*"
        ),
        "destination": words(
            "(?:im|in|als|an|ins|über|unter|auf) (?:den |die |das |dem |einen? "
            "|einem )?(?:\\w+ )?(?:\\w{0,14}parameter|\\w{0,14}argument|\\w{0,14}feld|\\w{0,10}server"
            "|antwort|anfrage|endpunkt|adresse|url)"
        ),
        "outside": words("(?:externen?|fremden?|entfernten?) (?:server|dienst|adresse|endpunkt)|webhook|dritte"),
        "sideways": words(
            "bevor|vor (?:dem|der|jedem|jeder)|zuerst|zunächst|zuvor|vorher|immer|jedes ?mal|bei jedem"
            "|auch|ausserdem|zusätzlich|wenn|sobald|musst|müssen|pflicht|stets"
        ),
        "secret": words(
            "passw(?:ort|örter|orts)|zugangsdaten|anmeldedaten|(?:api|ssh)-?schlüssel"
            "|private[nr]? schlüssel|tokens?|geheimnisse?|cookies?|umgebungsvariablen"
        ),
        "owned_secret": words(
            r"(?:das|die|den|alle|sämtliche|seine?) (?:\w+ )?(?:passw(?:ort|örter)|zugangsdaten"
            r"|anmeldedaten|(?:api|ssh)-?schlüssel|tokens?|cookies?) (?:des |der |von )(?:benutzers?"
            r"|nutzers?|anwenders?)|alle (?:passwörter|zugangsdaten|schlüssel|tokens)|umgebungsvariablen"
        ),
        "conversation": words(
            "(?:das |die )?(?:gesamte[ns]? |ganze[ns]? |komplette[ns]? |vollständige[ns]? "
            "|bisherige[ns]? )?(?:gespräch(?:sverlauf)?|unterhaltung|chatverlauf|konversation|dialog)"
            "|nachrichten des (?:benutzers|nutzers)"
        ),
        "whole": words(r"gesamte[ns]?|ganze[ns]?|komplette[ns]?|vollständig\w*|alle[sn]?"),
        "run": words("führe?|führen sie|starte|rufe|nutze|verwende|ausführen"),
        "redirect": words(
            "setze?|setzen sie|ändere|ändern sie|ersetze|ersetzen sie|füge?|fügen sie|trage?|tragen sie"
            "|verwende|nutze|leite|tausche"
        ),
        "recipient": words(
            r"empfänger(?:in|s)?|bcc|cc|blindkopie|kopie|konto(?:nummer)?|iban|\w{0,10}adresse"
            r"|zahlungsempfänger"
        ),
        "send": words("sende|senden sie|schicke|leite|lade|kopiere|übermittle|teile"),
        "data": words("inhalte?s?|daten|nachricht(?:en)?|dateie?n?|ergebnisse?|kopie|gespräch|texte?|alles"),
        "first": words(
            "(?:vor|anstelle|statt|anstatt) (?:von |des |der )?(?:jede[mnrs]?|alle[nmr]?|allen"
            "|sämtlichen) (?:ander\\w+ )?(?:werkzeuge?n?s?|tools?)"
        ),
    },
    (
        (
            (
                rf"(?<!\w)(?:erwähne?|sage?|verrate?|erzähle?|melde|berichte|offenbare?|teile|nenne"
                rf"|zeige)(?:n sie)? (?:das|dies|es|ihm|ihr|dies(?:es|en)|davon|nichts"
                rf"|diesen schritt)(?: (?:gegenüber|vor|bei"
                rf"|mit))?(?: \w+){{0,2}}? {_USER}(?: \w+){{0,3}}? (?:nicht|nichts|nie|niemals)(?!\w)"
            ),
            (
                rf"(?<!\w)(?:erwähne?|sage?|verrate?|erzähle?|informiere|benachrichtige|melde|berichte"
                rf"|offenbare?|teile|weise)(?:n sie)?(?: \w+){{0,3}}? {_USER}(?: (?:das|dies|davon|darüber"
                rf"|hierüber|daran|es|mit)){{0,4}}(?: \w+){{0,2}}? (?:nicht(?! \w+en)|nichts|nie|niemals)(?= davon"
                rf"| darüber| mit| hiervon|\s*(?:$|[.;!,)<]))"
            ),
            (
                rf"(?<!\w)(?:erwähne?|sage?|verrate?)(?:n sie)? (?:das|dies|es|davon"
                rf"|nichts davon)(?: \w+)? (?:nicht|nie|niemals) (?:gegenüber )?{_USER}"
            ),
            (
                rf"(?<!\w)ohne (?:es |das |dies |dass )?(?:\w+ )?{_USER}(?: (?:das|dies|davon|darüber|es"
                rf"|zu)){{0,4}}(?: \w+)? (?:zu (?:informieren|benachrichtigen|sagen|erwähnen|fragen)|merkt|bemerkt"
                rf"|erfährt|weiss|mitzuteilen|erwähnen)"
            ),
            (
                rf"(?<!\w){_USER} (?:darf|soll|muss|sollte) (?:das |dies |es |davon |hiervon )?(?:nicht|nichts"
                rf"|nie)(?: davon| darüber)? (?:wissen|erfahren|sehen|bemerken|merken|informiert)"
            ),
            r"(?<!\w)verheimliche\w*(?: \w+){0,5}",
        ),
        (
            (
                r"(?<!\w)du bist (?:jetzt|nun|ab jetzt|von nun an)(?: \w+){0,2}? (?:assistent|modell|ki"
                r"|administrator|hacker|agent|ohne einschränkungen|im \w+modus|frei von)"
            ),
            r"(?<!\w)(?:entwickler|administrator|gott|debug)-?modus(?= ?[:,.]| und )",
        ),
    ),
)

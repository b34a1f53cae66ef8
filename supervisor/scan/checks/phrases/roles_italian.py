"""Italian and Romanian: the words that play a role in an order against the user (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

IT = {
    "hide": (
        "nessuno~(?:sap*|ved*|not*|accorg*)|senza che~(?:utent*|cliente|nessuno|persona)~(?:sappia|veda|note|"
        "noti|se ne accorga)|senza (?:dir*|"
        "avvis*|menzion*|inform*|notific*|comunic*|mostr*|segnal*|farne)|(?:non|mai)~(?:menzion*|dire|dirlo|"
        "avvis*|inform*|notific*|mostr*|rivel*|comunic*|segnal*|accenn*|occorre che~sappia|far sapere)~(?:utent*|"
        "cliente|passaggio|questo|lo|ne)|(?:utent*|cliente|nessuno|persona)~(?:non|mai|nulla)~(?:sap*|ved*|not*|"
        "accorg*|inform*|sapere)|in silenzio|silenziosamente|di nascosto|all'insaputa|in segreto|segretamente|"
        "furtivamente|nascond*~utent*|resti tra noi|rimanga tra noi|senza lasciare traccia"
    ),
    "waive": (
        "(?:consenso|permesso|approvazione|conferma|autorizzazione)~(?:non è|non serve|superflu*|implicit*|"
        "concess*|già|dat*|presunt*|sottintes*|acquisit*)|(?:nessun*|senza bisogno di|non è necessari*|"
        "non serve) (?:* )?(?:consenso|permesso|approvazione|conferma|autorizzazione|chiedere)|(?:ha|hanno|"
        "già)~(?:accettato|acconsentito|autorizzato|approvato|dato il)|pre-?(?:approvat*|autorizzat*)|(?:non|"
        "senza)~(?:attend*~(?:conferm*|risposta|approva*)|chied*~(?:permesso|conferm*|autorizz*))"
    ),
    "without": "senza (?:* ){0,3}(?:chiedere|conferm*|consenso|permesso|autorizzazione|approvazione|consultare)",
    "lie": (
        "(?:di|dì|rispondi|afferma|riferisci|assicura)~(?:che tutto|che il|che la|che non|che è)|fingi*|"
        "fai finta|far credere|se~chied*~(?:di|rispondi)"
    ),
    "talk": (
        "(?:intera|intero|tutta|tutto|tutti|tutte|complet*|cronologia|precedent*|ultimi|testo)~(?:conversazione|"
        "chat|dialogo|messaggi|sessione|risultati~strumenti)|(?:conversazione|sessione|chat)~(?:complet*|"
        "integral*|finora|fino a qui|in corso)|(?:ciò che|quello che|tutto ciò che)~(?:utente|cliente)~(?:detto|"
        "scritto|chiesto)|parola per parola"
    ),
    "prompt": (
        "prompt~sistema|messaggio~sistema|istruzioni~(?:sistema|iniziali|interne|nascoste|ricevute)|(?:tue|"
        "vostre|sue)~(?:istruzioni|direttive|regole)"
    ),
    "secret": (
        "password|parola chiave|chiav*~(?:api|privat*|segret*|accesso|ssh)|credenzial*|token|segreti|"
        "variabili d'ambiente|(?:numero|dati)~(?:carta|conto|bancari*)|codice fiscale|carta di credito|appunti|"
        "contatti|rubrica|pin"
    ),
    "move": (
        "invia*|inviar*|mand*|copia*|includ*|aggiung*|inser*|mett*|incoll*|pass*|alleg*|scriv*|trasm*|inoltr*|"
        "condivid*|caric*|compil*|riport*|trascriv*|fornisc*|deposit*|riempi*"
    ),
    "act": (
        "cancell*|elimin*|pag*|bonific*|trasfer*|approv*|pubblic*|esegu*|lanci*|avvia*|install*|scaric*|conced*|"
        "sostitu*|cambi*|modific*|invia*|condivid*|acquist*|compr*|conferm*|accett*|spost*|disattiv*|attiv*|"
        "chiam*|reindirizz*|aggiung*|inoltr*|copia*|autorizz*|annull*"
    ),
    "sink": "parametro|parametri|argoment*|campo|campi|qui|intestazion*",
    "agent": "assistente|ia|agent*|modello|devi|deve|llm",
    "boss": (
        "politica|politiche|normativ*|conformità|amministrator*|reparto|ufficio|team~sicurezza|direzione|gdpr|"
        "regolament*|fornitore|comunicat*|avviso ufficiale|per conto|per ordine|audit|assistenza tecnica"
    ),
    "aside": (
        "(?:ignor*|dimentic*|trascur*|scart*|aggir*|non seguire|metti da parte)~(?:istruzion*|regol*|direttiv*|"
        "restrizion*|limit*|norm*|indicazion*)|(?:istruzion*|regol*|direttiv*|restrizion*|limit*|"
        "norm*)~(?:non si applic*|sospes*|annullat*|non val*|decad*|non più|revocat*)"
    ),
    "when": (
        "dopo~(?:chiamat*|volt*|utilizz*)|a partire d*|quando~(?:menzion*|cit*|parl*|nomin*)|se nessuno|di notte|"
        "fine settimana|fuori orario|se~(?:menzion*|esiste|disponibile|presente)"
    ),
    "others": (
        "strument*~(?:shell|terminale|banc*|posta|e-?mail|file|pagament*|browser)|(?:altr*|qualsiasi|ogni|"
        "tutti)~(?:strument*|server)"
    ),
    "choice": (
        "(?:anche se|a prescindere|indipendentemente|qualunque cosa|non importa)~(?:utent*|cliente|"
        "qualcuno)~(?:chied*|vogli*|dic*|preferisc*|scelg*)?"
    ),
    "encode": "base64|al contrario|invertit*|iniziali|codificat*",
}
RO = {
    "hide": (
        "fără (?:ca|să)~(?:utilizator*|client*|nimeni)~(?:știe|știa|afle|observe|vadă)|fără (?:a|să)~(?:spun*|"
        "menționa*|informa*|anunța*|avertiza*|arăta*)|nu~(?:menționa*|spune*|informa*|anunța*|arăta*|dezvălui*|"
        "pomeni*)|(?:utilizator*|client*|nimeni)~(?:nu|nimic)~(?:știe|știa|afla|afle|vedea|vadă|observ*|trebuie)|"
        "pe ascuns|în secret|în tăcere|pe furiș|discret|ascunde*"
    ),
    "waive": (
        "(?:consimțământ*|acord*|aprobare*|confirmare*|permisiune*)~(?:nu este|nu e|inutil*|implicit*|dat*|deja|"
        "acordat*|presupus*)|nu (?:este necesar*|e nevoie de|se cere) (?:* )?(?:acord*|confirmare*|aprobare*|"
        "consimțământ*)|(?:a|au)~deja~(?:acceptat|aprobat|autorizat|consimțit)|nu~(?:aștepta*|"
        "cere*)~(?:confirmare*|aprobare*|permisiune*|acord*)"
    ),
    "without": "fără (?:* ){0,3}(?:întreba|cere|confirmare|acord*|consimțământ*|permisiune*|aprobare*)",
    "lie": "(?:spune|răspunde|afirmă|raportează)~că~(?:totul|încă|nu)|pretinde|prefă-te",
    "talk": (
        "(?:întreag*|complet*|toat*|toate|istoric*|anterioar*)~(?:conversați*|discuți*|chat*|mesaj*|sesiun*|"
        "dialog*)|ce~utilizatorul~(?:spus|scris|cerut)"
    ),
    "prompt": (
        "prompt*~sistem*|instrucțiun*~(?:sistem*|iniția*|intern*|ascuns*)|(?:tale|dumneavoastră)~instrucțiun*|"
        "instrucțiunile tale|mesaj*~sistem*"
    ),
    "secret": (
        "parol*|credenția*|chei*~(?:api|privat*|secret*|acces)|cheia|secret*|token*|variabil*~mediu|(?:număr*|"
        "date*)~(?:card*|cont*|bancar*)|cnp|clipboard"
    ),
    "move": (
        "trimite*|adaugă*|copiază*|include*|pune*|lipește*|atașează*|scrie*|transmite*|încarcă*|completează*|"
        "introdu*|transcrie*"
    ),
    "act": (
        "șterge*|plătește*|transferă*|aprobă*|publică*|execută*|rulează*|pornește*|instalează*|descarcă*|acordă*|"
        "înlocuiește*|schimbă*|modifică*|trimite*|cumpără*|confirmă*|acceptă*|mută*|dezactivează*|activează*|"
        "apelează*|redirecționează*|copiază*"
    ),
    "sink": "parametr*|argument*|câmp*|aici",
    "agent": "asistent*|ai|agent*|model*|trebuie să",
    "boss": (
        "politic*|conformitate*|administrator*|departament*|echip*~securitate|conducere*|regulament*|furnizor*|"
        "oficial*|din partea"
    ),
    "aside": (
        "(?:ignoră*|uită*|nu ține cont|nu respecta)~(?:instrucțiun*|regul*|restricți*|indicați*)|(?:instrucțiun*|"
        "regul*|restricți*)~(?:nu se mai|nu se aplică|anulat*|suspendat*)"
    ),
    "when": (
        "după~(?:apel*|utilizăr*)|începând cu|dacă nimeni|noaptea|în weekend|când~menționeaz*|"
        "dacă~(?:menționeaz*|există|disponibil*)"
    ),
    "others": "instrument*~(?:shell|terminal|banc*|mail|plat*)|(?:alt*|orice|toate)~(?:instrument*|server*)",
    "choice": "(?:indiferent|chiar dacă)~(?:utilizator*|client*)",
    "encode": "base64|invers*|inițialele|codificat*",
}
TABLES = {"it": IT, "ro": RO}
"""By language."""

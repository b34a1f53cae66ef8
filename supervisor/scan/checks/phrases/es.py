"""Spanish."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import texts

_SCOPE = words(
    "todas?|todos?|cualquier|cualesquiera|anterior(?:es)?|previ[ao]s?|precedentes?|tus?|sus?|originales"
    "|iniciales|recibidas?|dadas?|del sistema|de seguridad|hasta ahora|de arriba"
)
_NOUN = words(
    "instruccion(?:es)?|instrucción|indicaci[oó]n(?:es)?|directrices|directiva?s?|[oó]rdenes|reglas"
    "|normas|pautas|prompts?|consignas?|pol[ií]ticas|restricciones|mandatos"
)
_USER = r"(?:al |el |a los |los |la |del |de los )?(?:usuari[oa]s?|persona|cliente|humano)"

TABLE = table(
    "es",
    (
        "el la los las que para por una con del se su sus tu lo de en todas todos antes siempre usuario i"
        "nstrucciones anteriores ignora lee envía archivo sistema"
    ),
    texts(
        "instruc|indicaci|directri|directiv|regla|norma|pauta|consigna|usuari|cliente|sistema|contrase"
        "|credencial|conversaci|archivo|fichero|silencio|sigilo|clave|eres|modo|órdenes|ordenes|polític"
        "|politic|restricc"
    ),
    {
        "disregard": words(
            r"ignor(?:a|e|en|ad|ar)|olv[ií]d(?:a|e|ar|ate|ese|en)|omite|omita|omitir|descart(?:a|e|ar)"
            r"|desestim(?:a|e|ar)|desobedec\w+|haz caso omiso(?: de)?|haga caso omiso(?: de)?"
            r"|hacer caso omiso(?: de)?|pas(?:a|e) por alto|anul(?:a|e|ar)|no (?:sigas|siga|cumplas|cumpla"
            r"|obedezcas|obedezca|respetes|respete|hagas caso)(?: de| a)?|deja de (?:seguir|obedecer"
            r"|cumplir)|prescind(?:e|a)(?: de)?|salta(?:te)?"
        ),
        "orders": either(_SCOPE, _NOUN),
        "reveal": words(
            "revel(?:a|e|ar)|muestr[ae]|mostrar|imprim(?:e|a|ir)|repit[ea]|repetir|escrib[ea]|devuelv[ea]"
            "|incluy[ae]|envía|envia|envíe|copia|copie|pega|pegue|comparte|comparta|di|proporciona|expón"
        ),
        "own_prompt": words(
            r"(?:tu|su|tus|sus|el|del) (?:\w+ ){0,2}(?:prompt|mensaje|instrucciones) (?:de|del) sistema"
            r"|prompt (?:del|de) sistema|system prompt|(?:tus|sus) instrucciones(?: internas| ocultas"
            r"| iniciales| originales)?|instrucciones (?:ocultas|internas|iniciales)"
        ),
        "access": words(
            "lee|lea|leer|abre|abra|abrir|obt[eé]n|obtenga|extrae|extraiga|busca|busque|recopila|recopile"
            "|recoge|accede(?: a)?|acceda(?: a)?|carga|copia|copie|consulta|toma|env[ií]a|incluye"
        ),
        "transfer": words(
            "env[ií][ae](?:l[oae]s?)?|enviar(?:l[oa]s?)?|m[aá]nd[ae](?:l[oae]s?)?|pas[ae](?:l[oa]s?)?"
            "|inclu[iy](?:e|a|r)(?:l[oa]s?)?|adjunt(?:a|e|ar)|añad(?:e|a|ir)|agreg(?:a|ue|ar)|pon(?:ga"
            "|lo)?|pega|copi(?:a|e|ar)|sub(?:e|a|ir)|transmit(?:e|a|ir)|reenv[ií](?:a|e|ar)|compart(?:e|a"
            "|ir)|escrib(?:e|a)|proporciona"
        ),
        "handover": words(
            r"m[aá]nd[ae]\w*|env[ií]\w*|pas[ae]\w*|inclu\w*|adjunt\w*|añad\w*|agreg\w*|pon\w{0,4}|peg[au]\w*|copi\w*"
            r"|sub[ei]\w*|transmit\w*|reenv\w*|compart\w*|contenido"
        ),
        "destination": words(
            "(?:en|al?|como|dentro de) (?:el |la |los )?(?:\\w+ )?(?:par[aá]metros?|argumentos?|campos?"
            "|servidor|respuesta|consulta|endpoint|direcci[oó]n)"
        ),
        "outside": words("servidor (?:externo|remoto)|webhook|terceros|direcci[oó]n externa"),
        "sideways": words(
            "antes de|primero|siempre|cada vez(?: que)?|tambi[eé]n|adem[aá]s|previamente|cuando|debes"
            "|obligatorio|al (?:usar|llamar)"
        ),
        "secret": words(
            "contraseñas?|credenciales|claves? (?:de )?(?:api|ssh|privadas?|secretas?)|tokens?|secretos?"
            "|cookies?|variables de entorno"
        ),
        "owned_secret": words(
            r"(?:las?|los?|sus|todas las|todos los|cualquier) (?:\w+ )?(?:contraseñas?|credenciales"
            r"|claves? (?:de )?(?:api|ssh|privadas?)|tokens?|cookies?)(?: de(?:l"
            r"| los)?)?(?: api)?(?: de(?:l| los)?)? usuarios?|todas las (?:credenciales|contraseñas"
            r"|claves)|variables de entorno"
        ),
        "conversation": words(
            "(?:la |toda la )?(?:conversaci[oó]n|historial)(?: completa| completo| entera)?"
            "|mensajes? (?:anteriores|del usuario)"
        ),
        "whole": words("tod[ao]s?|complet[ao]s?|enter[ao]s?|íntegr[ao]s?"),
        "run": words("ejecut(?:a|e|ar)|corr[ea]|lanza|lance|inicia|usa|haz"),
        "redirect": words(
            "añad(?:e|a)|agreg(?:a|ue)|cambi(?:a|e)|reemplac?[ea]|reemplaza|sustituy[ea]|pon(?:ga)?"
            "|env[ií][ae]|usa|establec(?:e|a)|incluy[ae]"
        ),
        "recipient": words("destinatari[oa]s?|cco?|bcc|cuenta|iban|direcci[oó]n|copia"),
        "send": words(r"env[ií][ae]|reenv[ií][ae]|mand[ae]|sub[ea]|copi[ae]|comparte|publi[cq]\w*"),
        "data": words("contenidos?|datos?|mensajes?|archivos?|resultados?|copia|conversaci[oó]n|texto|todo"),
        "first": words(
            "(?:antes de|en lugar de|en vez de) (?:\\w+ ){0,3}(?:cualquier otra|las dem[aá]s|otras?) herramientas?"
        ),
    },
    (
        (
            (
                rf"(?<!\w)no (?:se |le |les |lo |la |les lo |se lo ){{0,4}}(?:digas|diga|informes|informe|menciones"
                rf"|mencione|avises|avise|comuniques|comunique|cuentes|cuente|reveles|revele|notifiques"
                rf"|notifique|hables)\b(?: \w+){{0,4}}? {_USER}(?!\w)"
            ),
            r"(?<!\w)sin (?:que )?(?:el |la |los )?(?:usuari[oa]s?) (?:lo )?(?:sepa|note|se entere|vea)\w*",
            (
                rf"(?<!\w)sin (?:informar|avisar|decir(?:le|selo)?|notificar|mencionar(?:lo|selo)?"
                rf"|comunicar)(?:l[oe])?(?: \w+){{0,3}}? {_USER}(?!\w)"
            ),
            r"(?<!\w)(?:el )?usuario no (?:debe|puede|tiene que|necesita) (?:saber|enterarse|ver|conocer|notar)\w*",
            r"(?<!\w)(?:oculta|ocúlta|esconde)(?:lo|selo|la)? (?:esto |este paso |ello )?(?:al|a los) usuarios?",
        ),
        (
            (
                r"(?<!\w)ahora eres (?:un |una |el )?(?:\w+ ){0,2}(?:asistente|modelo|ia|administrador|hacker"
                r"|agente|sin restricciones)"
            ),
            r"(?<!\w)(?:modo|en modo) (?:desarrollador|administrador|dios|sin restricciones)(?!\w)(?= ?[:,.]| y )",
        ),
    ),
)

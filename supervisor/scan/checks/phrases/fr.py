"""French."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import texts

_SCOPE = words(
    "toutes?|tous|tout|n'importe quelles?|précédent(?:e|s|es)?|antérieur(?:e|s|es)?|préalables?|ci-dessus"
    "|tes|ton|vos|votre|initiales?|d'origine|reçu(?:e|s|es)?|données|du système|de sécurité|jusqu'ici"
    "|jusqu'à présent|auparavant|avant"
)
_NOUN = words(
    "instructions?|consignes?|directives?|ordres?|règles?|indications?|recommandations|prompts?"
    "|politiques?|restrictions?|contraintes?|garde-fous"
)
_USER = r"(?:à |a |de |l'|aux |les |la |le |d'|l’){0,4}(?:utilisateur|utilisatrice|usager|client|personne|humain)s?"

TABLE = table(
    "fr",
    (
        "le la les des que pour une avec dans du au et est ne tes vos toutes tous un sur en de utilisateu"
        "r consignes précédentes lis fichier avant système ignore donne"
    ),
    texts(
        "instruction|consigne|directive|ordre|règle|indication|utilisat|usager|système|mot de passe"
        "|mots de passe|identifiant|conversation|fichier|silenc|discr|clé|tu es|vous êtes|mode|insu"
        "|prompt|politique|restriction|contrainte"
    ),
    {
        "disregard": words(
            r"ignore[zr]?|oublie[zr]?|néglige[zr]?|passe[zr]? outre|fai(?:s|tes|re) abstraction(?: de)?"
            r"|laisse[zr]? de côté|ne (?:suis|suivez|respecte|respectez|tiens|tenez|prends|prenez)(?: pas"
            r"| plus)(?: compte)?(?: de)?|ne tiens (?:pas|aucun|plus) compte(?: de)?|cesse[zr]? (?:de"
            r"|d')(?: ?suivre| ?obéir| ?appliquer)|désobéi\w*|contourne[zr]?|écarte[zr]?|annule[zr]?"
            r"|outrepasse[zr]?"
        ),
        "orders": either(_SCOPE, _NOUN),
        "reveal": words(
            "révèle[zr]?|affiche[zr]?|montre[zr]?|imprime[zr]?|répète[zr]?|répét(?:ez|er)|écri(?:s|vez"
            "|re)|renvoie|renvoyez|inclus|incluez|envoie|envoyez|copie[zr]?|colle[zr]?|partage[zr]?"
            "|donne[zr]?|divulgue[zr]?|restitue[zr]?"
        ),
        "own_prompt": words(
            r"(?:ton|votre|le|ta|du) (?:\w+ ){0,2}(?:prompt|message|invite) (?:système|de système)"
            r"|(?:prompt|invite|message) système|system prompt|(?:tes|vos) instructions(?: internes"
            r"| cachées| initiales| système)?|instructions (?:cachées|internes|initiales)"
        ),
        "access": words(
            "lis|lisez|lire|ouvre[zr]?|ouvrir|récupère[zr]?|récupérez|obtiens|obtenez|extrais|extrayez"
            "|cherche[zr]?|collecte[zr]?|rassemble[zr]?|accède(?:z)?(?: à)?|charge[zr]?|copie[zr]?"
            "|consulte[zr]?|prends|prenez|envoie|envoyez|inclus|joins"
        ),
        "transfer": words(
            "envoie|envoyez|envoyer|transmets|transmettez|transmettre|passe[zr]?|inclus|incluez|inclure"
            "|joins|joignez|joindre|ajoute[zr]?|mets|mettez|mettre|place[zr]?|colle[zr]?|copie[zr]?"
            "|téléverse[zr]?|transfère[zr]?|transférez|partage[zr]?|insère[zr]?|insérez|écris|écrivez"
            "|fournis(?:sez)?|renvoie"
        ),
        "handover": words(
            r"envo\w+|transm\w+|pass\w+|inclu\w+|joi(?:ns|gn)\w*|ajout\w+|met\w*|plac\w+|coll\w+|copi\w+"
            r"|téléver\w+|transf\w+|partag\w+|insèr\w+|contenu"
        ),
        "destination": words(
            "(?:dans|en|au|à|comme|via|sous) (?:le |la |les |l')?(?:\\w+ )?(?:paramètres?|arguments?"
            "|champs?|serveur|réponse|requête|endpoint|adresse)"
        ),
        "outside": words("serveur (?:externe|distant)|webhook|tiers|adresse externe"),
        "sideways": words(
            "avant|d'abord|toujours|chaque fois|à chaque|aussi|également|de plus|au préalable|lorsque"
            "|quand|dois|devez|obligatoire|en plus"
        ),
        "secret": words(
            "mots? de passe|identifiants?|clés? (?:d'?)?(?:api|ssh|privées?|secrètes?)|jetons?|tokens?"
            "|secrets?|cookies?|variables d'environnement"
        ),
        "owned_secret": words(
            r"(?:le|les|ses|tous les|toutes les|la|l') ?(?:\w+ )?(?:mots? de passe|identifiants?"
            r"|clés? (?:d'?)?(?:api|ssh|privées?)|jetons?|tokens?|cookies?) (?:de "
            r"|des )?(?:l')?utilisateurs?|tous les (?:mots de passe|identifiants|jetons)"
            r"|variables d'environnement"
        ),
        "conversation": words(
            "(?:la |toute la |l')?(?:conversation|historique|discussion)(?: complète| entière| complet)?"
            "|messages? (?:précédents?|de l'utilisateur)"
        ),
        "whole": words(r"tout(?:e|es)?|tous|complète?s?|complet|entière?s?|entier|intégral\w*"),
        "run": words("exécute[zr]?|exécut(?:ez|er)|lance[zr]?|démarre[zr]?|utilise[zr]?|fais"),
        "redirect": words(
            "ajoute[zr]?|change[zr]?|remplace[zr]?|substitue[zr]?|mets|mettez|envoie|envoyez|utilise[zr]?"
            "|définis|modifie[zr]?"
        ),
        "recipient": words("destinataires?|cci?|bcc|compte|iban|adresse|copie"),
        "send": words(
            "envoie|envoyez|transmets|transmettez|transfère|transférez|téléverse[zr]?|copie[zr]?"
            "|partage[zr]?|publie[zr]?"
        ),
        "data": words("contenus?|données|messages?|fichiers?|résultats?|copie|conversation|textes?|tout"),
        "first": words(
            "(?:avant|au lieu de|à la place de) (?:\\S+ ){0,3}(?:tout autre|toute autre|les autres"
            "|d'autres|n'importe quel\\w*) outils?"
        ),
    },
    (
        (
            (
                rf"(?<!\w)(?:ne |n')(?:le |la |lui |l'|en |leur ){{0,4}}(?:dis|dites|mentionne[zr]?|informe[zr]?"
                rf"|révèle[zr]?|révélez|signale[zr]?|parle[zr]?|préviens|prévenez|divulgue[zr]?|communique[zr]?"
                rf"|avertis(?:sez)?)(?: pas| jamais| rien| plus)(?: \S+){{0,3}}? {_USER}(?!\w)"
            ),
            (
                rf"(?<!\w)sans (?:en |le |l'|lui |les ){{0,4}}(?:informer|prévenir|avertir|dire|mentionner|signaler"
                rf"|notifier|parler|aviser)(?: \S+){{0,3}}? {_USER}(?!\w)"
            ),
            r"(?<!\w)à l'insu d(?:e l'|es |u )\w+",
            (
                r"(?<!\w)sans que l'utilisat\w+ (?:ne )?(?:le |s'en )?(?:sache|voie|remarque|aperçoive"
                r"|rende)\w*"
            ),
            (
                r"(?<!\w)l'utilisat\w+ ne doit (?:pas|jamais|rien) (?:le |en |être )?(?:savoir|voir|connaître"
                r"|informé|remarquer|apprendre)\w*"
            ),
            r"(?<!\w)cache[zr]?(?:-le)? (?:cela |ceci |cette étape )?(?:à l'|aux )utilisat\w+",
        ),
        (
            (
                r"(?<!\w)(?:tu es|vous êtes) (?:désormais|maintenant|à présent) (?:un |une "
                r"|le )?(?:\w+ ){0,2}(?:assistant|modèle|ia|administrateur|hacker|pirate|agent|libre"
                r"|sans restrictions?)"
            ),
            r"(?<!\w)mode (?:développeur|administrateur|dieu|sans restriction)(?!\w)(?= ?[:,.]| et )",
        ),
    ),
)

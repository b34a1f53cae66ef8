"""French, Spanish and Portuguese: the words that play a role in an order against the user (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

FR = {
    "hide": (
        "sans (?:que|qu')~(?:utilisateur*|client*|personne|il|elle|quiconque)~(?:sache|voie|voit|remarque*|"
        "s'en aperçoi*|soit|le sache)|(?:sans|ne pas|n'|ne )~(?:mentionn*|signal*|inform*|prévenir|préviens|"
        "prévenez|avertir|avertis*|indiqu*|révél*|évoqu*|afficher|montrer|faire état|parler|dire|dis|dites|"
        "rien dire)~(?:utilisateur*|client*|pas|rien|jamais|cette étape|cela|en|le)|(?:utilisateur*|client*|"
        "personne|il)~(?:ne|n')~(?:pas|rien|jamais|doit|verra|saura|voit|remarque*)~(?:savoir|voir|remarqu*|"
        "inform*|averti*|s'en|être|rien)|à l'insu|discrètement|en silence|silencieusement|secrètement|"
        "en cachette|en secret|passer sous silence|entre nous|cach*~utilisateur*|inutile d'en (?:parler|"
        "informer)|inutile de~(?:mentionner|prévenir|signaler|dire)"
    ),
    "waive": (
        "(?:accord|consentement|autorisation|confirmation|approbation|validation|permission)~(?:n'est pas|"
        "pas nécessaire|inutile|implicite|acquis*|donné*|accordé*|déjà|supposé*|réputé*|n'est plus|présumé*|"
        "superflu*|tacite)|(?:aucune?|pas de|plus de|plus besoin d)~(?:accord|consentement|autorisation|"
        "confirmation|approbation|validation)|(?:a|ont)~(?:déjà|préalablement)~(?:accepté|consenti|autorisé|"
        "approuvé|validé|donné)|pré-?(?:approuvé*|autorisé*|validé*)|(?:ne pas|n'|inutile|"
        "sans)~(?:attendre~(?:réponse|accord|feu vert|validation)|demander~(?:confirmation|accord|avis|"
        "autorisation|permission))"
    ),
    "without": (
        "sans (?:* ){0,4}(?:demander|confirmation|accord|consentement|autorisation|validation|consulter|approbation)"
    ),
    "lie": (
        "(?:prétend*|affirme*|réponds|répondre|répondez|dis|dites|indique*)~(?:que tout|que c'est|qu'il|qu'elle|"
        "que rien|que le)|fais* comme si|faire croire|faire passer|si~(?:demande|interroge)~(?:réponds|répondez|"
        "dis|dites)"
    ),
    "talk": (
        "(?:intégralité|totalité|ensemble|entière*|intégrale*|complète*|complet*|tout|toute|tous|toutes|"
        "historique|contenu|transcription|derniers|précédent*)~(?:conversation*|échange*|discussion*|dialogue*|"
        "session|messages|chat|résultats~outils)|(?:conversation|discussion|échange)s? (?:complète*|entière*|"
        "intégrale*|en cours|précédente*)|(?:ce que|tout ce que)~(?:utilisateur*|client*)~(?:dit|écrit|demandé|"
        "saisi)|mot pour mot|demande de l'utilisateur"
    ),
    "prompt": (
        "prompt*~système|prompt système|invite système|(?:consignes?|instructions?|messages?|"
        "directives)~(?:système|initiales?|internes?|cachées?|reçues?)|(?:tes|vos)~(?:instructions|consignes|"
        "directives)"
    ),
    "secret": (
        "mots? de passe|identifiants?|jetons?|clés?~(?:api|privée*|secrète*|accès|ssh)|clés? d'*|secrets?|"
        "variables d'environnement|numéros? de carte|carte bancaire|coordonnées bancaires|rib|numéro de compte|"
        "code (?:secret|pin|confidentiel)|sécurité sociale|presse-papiers|contacts|carnet d'adresses"
    ),
    "move": (
        "recopi*|copi*|envo*|transm*|ajout*|insér*|inscri*|mett*|mets|place*|joindre|joign*|fourni*|communiqu*|"
        "téléverse*|dépos*|coll*|reprodui*|inclu*|renseign*|transfér*|partag*|rempli*|écri*|post*|achemin*|"
        "livre*|donner|donne"
    ),
    "act": (
        "supprim*|efface*|pay*|vire*|virement|approuv*|publi*|exécut*|lanc*|install*|télécharg*|accord*|remplac*|"
        "chang*|modifi*|substitu*|envo*|partag*|transfér*|transm*|achet*|command*|confirm*|valid*|déplac*|"
        "désactiv*|activ*|accept*|appel*|redirig*|ajout*|fusionn*|copi*|communiqu*|résili*|annul*"
    ),
    "sink": "paramètre*|argument*|champ*|ici|en-tête*",
    "agent": "assistant*|ia|agent*|modèle*|tu (?:dois|es)|vous (?:devez|êtes)|llm",
    "boss": (
        "dsi|direction|politique*|conformité|administrateur*|service informatique|équipe~sécurité|rgpd|"
        "règlement*|éditeur|fournisseur|message officiel|avis officiel|note de service|au nom d*|sur ordre|"
        "consigne de|délégué*|siège|audit"
    ),
    "aside": (
        "(?:ignor*|oubli*|passe* outre|contourn*|fais abstraction|ne tiens pas compte|ne pas tenir compte|écart*|"
        "outrepass*)~(?:instruction*|consigne*|règle*|directive*|restriction*|limit*|garde-fou*)|(?:instruction*|"
        "consigne*|règle*|directive*|restriction*|limit*)~(?:ne s'appliqu* (?:pas|plus)|suspendu*|levé*|annulé*|"
        "caduc*|ne valent plus|ne compt*)"
    ),
    "when": (
        "après~(?:appel*|fois|utilisation*)|à partir d*|dès que~(?:mentionn*|évoqu*|parle)|si personne|la nuit|"
        "le week-end|hors~heures|lorsque~(?:mentionn*|évoqu*)|si~(?:mentionn*|disponible*|existe|présent*)"
    ),
    "others": (
        "outils?~(?:shell|terminal|bancaire*|messagerie|fichiers?|paiement*|navigateur)|(?:autres?|tout|tous|"
        "chaque)~(?:outils?|serveurs?)"
    ),
    "choice": (
        "(?:quel* que soi*|peu importe|même si|quoi que|indépendamment)~(?:utilisateur*|client*|on)~(?:demand*|"
        "dise|veut|veuille|souhait*|préfèr*|nomme|choisi*|dit)"
    ),
    "encode": "base64|à l'envers|inversé*|initiales|encodé*|acrostiche",
}
ES = {
    "hide": (
        "nadie~(?:sab*|sepa|ver|vea|enter*|not*)|sin (?:que)?~(?:usuari*|cliente|nadie|persona)~(?:sepa|vea|note|"
        "entere|se entere|lo sepa)|sin (?:decir*|"
        "avis*|mencion*|inform*|notific*|comunic*|mostr*|coment*)|no~(?:mencion*|digas|diga|avis*|inform*|"
        "notifi*|muestr*|comentes|reveles|comuniques|aparezca|decir*|hace falta~(?:sepa|saber|decir*|avis*|"
        "inform*))|(?:usuari*|cliente|nadie|persona)~(?:no|nunca|nada)~(?:sab*|sepa|ver|vea|note|notar*|enter*|"
        "inform*|saber|se da cuenta|dará cuenta)|en silencio|silenciosamente|a escondidas|en secreto|"
        "discretamente|sigilosamente|disimuladamente|a espaldas|ocult*~usuari*|entre nosotros|guarda silencio|"
        "fuera del resumen|sin dejar rastro"
    ),
    "waive": (
        "(?:consentimiento|permiso|aprobación|confirmación|autorización|visto bueno)~(?:no es|innecesari*|"
        "implícit*|otorgad*|concedid*|ya|dad*|supuest*|se presume|se da por|no hace falta|sobra)|(?:ningun*|"
        "sin necesidad de|no requiere|no se requiere|no hace falta) (?:* )?(?:consentimiento|permiso|aprobación|"
        "confirmación|autorización|preguntar*)|(?:ha|han|ya)~(?:aceptado|consentido|autorizado|aprobado|dado su)|"
        "pre-?(?:aprobad*|autorizad*)|(?:no|sin)~(?:esper*~(?:confirma*|respuesta|aproba*)|pid*~(?:permiso|"
        "confirma*|autoriza*)|pregunt*)"
    ),
    "without": (
        "sin (?:* ){0,3}(?:preguntar*|pedir*|confirm*|consentimiento|permiso|autorización|aprobación|consultar*)"
    ),
    "lie": (
        "(?:di|diga|responde|contesta|afirma|informa|asegura)~(?:que todo|que el|que la|que no|que sigue)|finge*|"
        "simula que|haz como|hacer creer|si~pregunt*~(?:di|responde|contesta)"
    ),
    "talk": (
        "(?:toda|todo|todos|todas|completa*|completo*|íntegr*|enter*|historial|anterior*|previ*|últimos|"
        "texto)~(?:conversación|charla|chat|diálogo|mensajes|sesión|resultados~herramientas)|(?:conversación|"
        "charla|sesión)~(?:complet*|enter*|íntegr*|hasta ahora|hasta el momento|actual)|(?:lo que|"
        "todo lo que)~(?:usuari*|cliente)~(?:dich*|contad*|escrit*|pedid*|preguntad*)|palabra por palabra"
    ),
    "prompt": (
        "prompt~sistema|mensaje~sistema|instrucciones~(?:recib*|te dieron|sistema|iniciales|internas|ocultas|"
        "recibidas)|(?:tus|"
        "sus)~(?:instrucciones|directrices|reglas)"
    ),
    "secret": (
        "contraseñas?|claves?|credencial*|tokens?|llaves?~privad*|secretos?|variables de entorno|(?:número*|"
        "datos)~(?:tarjeta|cuenta|bancari*)|dni|nif|tarjeta de crédito|datos bancarios|portapapeles|contactos|"
        "libreta de direcciones|pin"
    ),
    "move": (
        "envía*|enviar*|envie*|copia*|copie*|incluy*|incluir*|añad*|agreg*|pon|pone*|poner*|pega*|pasa*|pase*|"
        "adjunt*|escrib*|transmit*|reenvía*|reenviar*|comparte*|compartir*|sube*|subir*|introduc*|rellen*|"
        "inserta*|transcrib*|vuelca|facilita*|deposit*|coloca*|guarda*"
    ),
    "act": (
        "borra*|elimina*|paga*|transfiere*|transferir*|aprueb*|aprobar*|publica*|ejecut*|lanz*|instal*|descarg*|"
        "conced*|reemplaz*|sustituy*|sustituir*|cambi*|modific*|envía*|enviar*|comparte*|compartir*|compra*|"
        "confirm*|acept*|muev*|desactiv*|activ*|llam*|redirig*|añad*|agreg*|fusiona*|reenví*|copia*|autoriz*|"
        "cancel*"
    ),
    "sink": "parámetro*|argumento*|campo*|aquí|cabecera*",
    "agent": "asistente*|ia|agente*|modelo*|debes|usted debe|llm",
    "boss": (
        "política*|normativa*|cumplimiento|administrador*|departamento|equipo de seguridad|dirección|rgpd|"
        "reglamento*|proveedor|comunicado|aviso oficial|mensaje oficial|en nombre de|por orden|auditoría|"
        "gerencia|soporte técnico"
    ),
    "aside": (
        "(?:ignor*|olvid*|omit*|descart*|sált*|haz caso omiso|no sigas|pasa por alto|elud*)~(?:instruccion*|"
        "regla*|directri*|restriccion*|límite*|norma*|indicacion*)|(?:instruccion*|regla*|directri*|restriccion*|"
        "límite*|norma*)~(?:no se aplican|no aplican|suspendid*|anulad*|quedan sin|sin efecto|dejan de|ya no|"
        "caducad*)"
    ),
    "when": (
        "después de~(?:llamada*|vez|veces|uso*)|a partir de|cuando~(?:mencion*|nombr*|habl*)|si nadie|"
        "por la noche|de noche|fin de semana|fuera del horario|si~(?:mencion*|existe|disponible|está presente)|"
        "tras~(?:llamada*|us*)"
    ),
    "others": (
        "herramientas?~(?:shell|terminal|banco|bancaria*|correo|archivos|pago*|navegador)|(?:otr*|cualquier|"
        "todas|demás)~(?:herramientas?|servidor*)"
    ),
    "choice": (
        "(?:sin importar|aunque|independientemente|da igual|por más que|pese a|diga lo que)~(?:usuari*|cliente|"
        "alguien)~(?:pid*|quier*|dig*|prefier*|elij*|solicit*)?"
    ),
    "encode": "base64|al revés|invertid*|iniciales|codificad*|acróstico",
}
PT = {
    "hide": (
        "ninguém~(?:sab*|saib*|ver|vej*|not*|perceb*)|sem que~(?:usuári*|utilizador*|cliente|ninguém|"
        "pessoa)~(?:saiba|veja|perceba|note)|sem (?:dizer|avisar|"
        "mencionar|informar|notificar|comunicar|mostrar|contar|comentar)|não~(?:mencion*|diga|digas|avis*|"
        "inform*|notifi*|mostr*|coment*|revel*|precisa saber|conte|apareça|é preciso avisar)|(?:usuári*|"
        "utilizador*|cliente|ninguém|pessoa)~(?:não|nunca|nada)~(?:sab*|saib*|ver|vej*|not*|perceb*|inform*|"
        "precis*)|em silêncio|silenciosamente|às escondidas|em segredo|discretamente|sorrateiramente|"
        "ocult*~(?:usuári*|utilizador*)|escond*~(?:usuári*|utilizador*)|entre nós|sem deixar rasto|"
        "sem deixar rastro"
    ),
    "waive": (
        "(?:consentimento|permissão|aprovação|confirmação|autorização)~(?:não é|desnecessári*|implícit*|"
        "concedid*|já|dad*|presumid*|dispensad*|não precisa)|(?:nenhum*|dispensa|não requer|sem necessidade de|"
        "não é necessári*) (?:* )?(?:consentimento|permissão|aprovação|confirmação|autorização|perguntar)|(?:já|"
        "tem|têm)~(?:aceitou|consentiu|autorizou|aprovou|concordou|aceite|deu)|pré-?(?:aprovad*|autorizad*)|"
        "não~(?:espere*~(?:confirma*|resposta|aprova*)|peça*~(?:permissão|confirma*|autoriza*)|pergunt*)"
    ),
    "without": ("sem (?:* ){0,3}(?:perguntar|pedir|confirm*|consentimento|permissão|autorização|aprovação|consultar)"),
    "lie": (
        "(?:diga|responda|afirme|informe|garanta)~(?:que tudo|que o|que a|que não|que ainda)|finja|simule que|"
        "faça de conta|faz de conta|se~pergunt*~(?:diga|responda)"
    ),
    "talk": (
        "(?:toda|todo|todas|todos|completa*|completo*|íntegr*|inteir*|histórico|anterior*|prévi*|"
        "últimas)~(?:conversa*|chat|diálogo|mensagens|sessão|resultados~ferramentas)|(?:conversa|"
        "sessão)~(?:complet*|inteir*|íntegr*|até agora|até aqui|atual)|(?:o que|tudo o que)~(?:usuári*|"
        "utilizador*|cliente)~(?:disse|escreveu|pediu|perguntou)|palavra por palavra"
    ),
    "prompt": (
        "prompt~sistema|mensagem~sistema|instruções~(?:sistema|iniciais|internas|ocultas|recebidas)|(?:suas|"
        "tuas)~(?:instruções|diretrizes|regras)"
    ),
    "secret": (
        "senhas?|palavras?-passe|chaves?~(?:api|privad*|secret*|acesso|ssh)|credencia*|tokens?|segredos?|"
        "variáveis de ambiente|(?:número*|dados)~(?:cartão|conta|bancári*)|cpf|cartão de crédito|dados bancários|"
        "área de transferência|contatos|contactos|pin"
    ),
    "move": (
        "envi*|copi*|inclu*|adicion*|acrescent*|coloqu*|coloca*|cole|cola|pass*|anex*|escrev*|transmit*|"
        "encaminh*|partilh*|compartilh*|carreg*|preench*|insir*|inser*|transcrev*|forneç*|deposit*|ponha|põe|"
        "repass*|grav*|mand*"
    ),
    "act": (
        "apag*|exclu*|elimin*|pagu*|paga*|transfir*|transfer*|aprov*|publi*|execut*|rod*|lanc*|instal*|baix*|"
        "descarreg*|conced*|substitu*|troqu*|troca*|alter*|mud*|envi*|partilh*|compartilh*|compr*|confirm*|"
        "aceit*|mov*|desativ*|ativ*|cham*|redirecion*|adicion*|encaminh*|copi*|autoriz*|cancel*"
    ),
    "sink": "parâmetro*|argumento*|campo*|aqui|cabeçalho*",
    "agent": "assistente*|ia|agente*|modelo*|você deve|deves|llm",
    "boss": (
        "política*|norma*|conformidade|administrador*|departamento|equipe de segurança|equipa de segurança|"
        "direção|diretoria|lgpd|rgpd|regulamento*|fornecedor|comunicado|aviso oficial|em nome d*|por ordem|"
        "auditoria|suporte técnico"
    ),
    "aside": (
        "(?:ignor*|esqueç*|desconsider*|descart*|contorn*|não sig*|deixe de lado)~(?:instruç*|regra*|diretri*|"
        "restriç*|limite*|norma*|orientaç*)|(?:instruç*|regra*|diretri*|restriç*|limite*|"
        "norma*)~(?:não se aplicam|não valem|suspens*|anulad*|sem efeito|deixam de|já não|não mais|revogad*)"
    ),
    "when": (
        "após~(?:chamada*|vez|vezes|uso*)|depois de~(?:chamada*|vez|vezes)|a partir d*|quando~(?:mencion*|cit*|"
        "fal*)|se ninguém|à noite|de noite|fim de semana|fora do horário|se~(?:mencion*|existir|disponível|"
        "presente)"
    ),
    "others": (
        "ferramentas?~(?:shell|terminal|banco|bancária*|e-?mail|correio|arquivos|pagamento*|navegador)|(?:outr*|"
        "qualquer|todas|demais)~(?:ferramentas?|servidor*)"
    ),
    "choice": (
        "(?:não importa|mesmo que|independentemente|ainda que|apesar d*|seja qual for)~(?:usuári*|utilizador*|"
        "cliente|alguém)~(?:peç*|ped*|queir*|quer|dig*|prefir*|escolh*)?"
    ),
    "encode": "base64|ao contrário|invertid*|iniciais|codificad*",
}
TABLES = {"fr": FR, "es": ES, "pt": PT}
"""By language."""

"""Portuguese."""

from __future__ import annotations

from supervisor.scan.checks.phrases.foreign import either, table, words
from supervisor.scan.checks.phrases.table import texts

_SCOPE = words(
    "todas?|todos?|tudo|quaisquer|qualquer|anterior(?:es)?|prévi[ao]s?|previ[ao]s?|precedentes?|suas?"
    "|seus?|tuas?|originais|iniciais|recebidas?|dadas?|do sistema|de segurança|até agora|acima|antes"
)
_NOUN = words(
    "instruç(?:ão|ões)|instrucoes|instruído|indicaç(?:ão|ões)|diretrizes|diretivas?|orientaç(?:ão|ões)"
    "|ordens|regras|normas|prompts?|comandos|políticas|restrições|dito|orientado"
)
_USER = r"(?:ao |o |aos |os |à |a |do )?(?:usuári[oa]s?|utilizador(?:es)?|usuario|pessoa|cliente|humano)"

TABLE = table(
    "pt",
    (
        "os que para por uma com não das dos ao seu seus você em da todas todos são antes arquivo usuário"
        " instruções anteriores leia envie sempre ignore sistema chamar"
    ),
    texts(
        "instru|indicaç|diretri|diretiv|orienta|regra|norma|usuári|usuario|utilizador|sistema|senha"
        "|credencia|conversa|arquivo|ficheiro|silêncio|silenciosa|chave|você|modo|polític|restriç|ordens"
    ),
    {
        "disregard": words(
            r"ignor(?:e|a|em|ar)|esque[cç](?:a|e|am|er)|desconsider(?:e|a|ar)|descart(?:e|a|ar)"
            r"|desobede[cç]\w+|despreze|anule|deixe de lado|não (?:siga|sigas|cumpra|obedeça|respeite"
            r"|leve em conta)(?: a)?|pare de (?:seguir|obedecer)|passe por cima(?: de)?|abandone"
        ),
        "orders": either(_SCOPE, _NOUN),
        "reveal": words(
            "revel(?:e|a|ar)|mostr(?:e|a|ar)|imprim(?:a|e|ir)|repit?(?:a|e)|escrev(?:a|e)|devolv(?:a|e)"
            "|inclu(?:a|i)|envi(?:e|a)|copi(?:e|a)|cole|compartilh(?:e|a)|diga|exib(?:a|e)|forneça"
        ),
        "own_prompt": words(
            r"(?:seu|teu|o|do) (?:\w+ ){0,2}(?:prompt|mensagem) d[eo] sistema|prompt d[eo] sistema"
            r"|system prompt|(?:suas|tuas) instruções(?: internas| ocultas| iniciais)?"
            r"|instruções (?:ocultas|internas|iniciais)"
        ),
        "access": words(
            "lei?a|lê|abra|abre|obtenha|extraia|busque|procure|colete|recolha|acesse|aceda(?: a)?"
            "|carregue|copie|consulte|pegue|envie|inclua|ler|abrir"
        ),
        "transfer": words(
            "envi(?:e|a|ar)(?:-[oa]s?)?|mand(?:e|a|ar)|pass(?:e|a|ar)|inclu(?:a|i|ir)|anex(?:e|a|ar)"
            "|adicion(?:e|a|ar)|acrescent(?:e|a)|coloqu(?:e|a)|coloca|cole|copi(?:e|a|ar)|carregue"
            "|transmit(?:a|e|ir)|encaminh(?:e|a|ar)|compartilh(?:e|a|ar)|partilhe|escrev(?:a|e)|forneça"
            "|ponha"
        ),
        "handover": words(
            r"envi\w*|pass[ea]\w*|inclu\w*|anex\w*|adicion\w*|coloqu\w*|cole|copi\w*|transmit\w*"
            r"|encaminh\w*|compartilh\w*|conteúdo"
        ),
        "destination": words(
            "(?:n[oa]s?|ao?|em|como|dentro d[oa]) (?:\\w+ )?(?:parâmetros?|parametros?|argumentos?"
            "|campos?|servidor|resposta|consulta|endpoint|endereço)"
        ),
        "outside": words("servidor (?:externo|remoto)|webhook|terceiros|endereço externo"),
        "sideways": words(
            "antes(?: de)?|primeiro|sempre|cada vez(?: que)?|também|além disso|previamente|quando|deve"
            "|obrigatório|ao (?:usar|chamar)"
        ),
        "secret": words(
            "senhas?|credenciais|chaves? (?:de )?(?:api|ssh|privadas?|secretas?)|tokens?|segredos?"
            "|cookies?|variáveis de ambiente"
        ),
        "owned_secret": words(
            r"(?:as?|os?|suas|todas as|todos os|qualquer) (?:\w+ )?(?:senhas?|credenciais"
            r"|chaves? (?:de )?(?:api|ssh|privadas?)|tokens?|cookies?) d[oe]s? (?:usuários?"
            r"|utilizador(?:es)?)|todas as (?:credenciais|senhas|chaves)|variáveis de ambiente"
        ),
        "conversation": words(
            "(?:a |toda a )?(?:conversa|histórico)(?: completa| completo| inteira)?|mensagens (?:anteriores|do usuário)"
        ),
        "whole": words("tod[ao]s?|complet[ao]s?|inteir[ao]s?|íntegra"),
        "run": words("execut(?:e|a|ar)|rode|lance|inicie|use|faça"),
        "redirect": words(
            "adicion(?:e|a)|acrescent(?:e|a)|mud(?:e|a)|troqu(?:e|a)|troca|substitu(?:a|i)|coloque|envie"
            "|use|defina|inclua|altere"
        ),
        "recipient": words("destinatári[oa]s?|cco?|bcc|conta|iban|endereço|cópia|pix"),
        "send": words("envi[ea]|encaminh[ea]|mand[ea]|carregue|copi[ea]|compartilhe|publi(?:que|ca)"),
        "data": words("conteúdos?|dados?|mensage[nm]s?|arquivos?|ficheiros?|resultados?|cópia|conversa|texto|tudo"),
        "first": words(
            "(?:antes de|em vez de|no lugar de) (?:\\w+ ){0,3}(?:qualquer outra|as demais|outras?) ferramentas?"
        ),
    },
    (
        (
            (
                rf"(?<!\w)(?:não|nunca|jamais) (?:lhe |o |a )?(?:conte|contes|diga|digas|informe|informes"
                rf"|mencione|avise|avises|comunique|revele|notifique|fale)\b(?: \w+){{0,4}}? {_USER}(?!\w)"
            ),
            (
                r"(?<!\w)sem (?:que )?(?:o |a |os )?(?:usuári[oa]s?|utilizador(?:es)?) (?:o )?(?:saiba|perceba"
                r"|note|veja)\w*"
            ),
            (
                rf"(?<!\w)sem (?:informar|avisar|dizer|notificar|mencionar|comunicar"
                rf"|contar)(?:-lhe)?(?: \w+){{0,3}}? {_USER}(?!\w)"
            ),
            (
                r"(?<!\w)(?:o )?(?:usuário|utilizador) não (?:deve|pode|precisa) (?:saber|ver|perceber"
                r"|conhecer|notar)\w*"
            ),
            r"(?<!\w)(?:oculte|esconda)(?: isso| isto| este passo)? d[oe]s? (?:usuários?|utilizador)",
        ),
        (
            (
                r"(?<!\w)(?:agora você é|você agora é) (?:um |uma |o )?(?:\w+ ){0,2}(?:assistente|modelo|ia"
                r"|administrador|hacker|agente|sem restrições)"
            ),
            r"(?<!\w)modo (?:desenvolvedor|administrador|deus|irrestrito)(?!\w)(?= ?[:,.]| e )",
        ),
    ),
)

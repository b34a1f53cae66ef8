"""The words by which `sink_parameter` reads the names and descriptions of parameters."""

from __future__ import annotations

from supervisor.scan.text.lazy import lazy

STEMS = (
    "everything", "conversation", "chat ", "transcript", "system prompt", "system message", "system instr",
    "developer ",
    "hidden ", "instructions", "reasoning", "chain of thought", "chain-of-thought", "thought", "scratchpad",
    "environment", "env vars", "printenv", "keys", "private key", "ssh", "credentials", "passwords", "secrets",
    "tokens", "history", "context window", "session context", "tool", "dialogue", "messages", "contents of",
    "content of", "/etc/", ".aws",
)  # fmt: skip
"""One of these stands in every English sentence that a rule takes."""
CONTENT_WORDS = frozenset((
    "everything", "conversation", "conversations", "chat", "transcript", "transcripts", "dialogue", "message",
    "messages", "chain", "reasoning", "thought", "thoughts", "scratchpad", "outputs", "results", "calls", "call",
    "definitions", "tools", "context", "prompt", "instructions", "environment", "env", "keys", "key",
    "credentials", "passwords", "tokens", "secrets", "contents", "content", "ssh", "aws", "etc",
))  # fmt: skip
"""One of these words stands in every English text that any rule takes, and one of `ASKING`."""
ASKING = frozenset((
    "transmit", "transmits", "send", "sends", "give", "gives", "hand", "hands", "deliver", "delivers",
    "deposit", "deposits", "any", "everything", "private", "ssh", "contents", "visible", "include", "including",
    "put", "paste", "pass",
    "fill", "insert", "copy", "append", "attach", "supply", "embed", "populate", "dump", "must", "should", "set",
    "write", "place", "add", "provide", "record", "full", "entire", "complete", "whole", "all", "every",
    "verbatim", "raw", "exact", "internal", "your",
))  # fmt: skip
"""The same for what asks."""
FOREIGN_STEMS = (
    "conversa", "sistem", "systèm", "system", "entorno", "ambient", "environn", "umgebung", "gespräch",
    "unterhaltung", "konversation", "chat", "перепис", "диалог", "разговор", "чат", "переменн", "对话", "對話",
    "聊天", "系统", "系統", "环境变量", "環境變數", "会話", "チャット", "システム", "環境変数", "대화", "채팅",
    "시스템", "환경", "محادثة", "النظام", "البيئة", "बातचीत", "वार्तालाप", "चैट", "सिस्टम", "पर्यावरण",
    "एनवायरनमेंट",
)  # fmt: skip
"""The same for `FOREIGN`."""
_SINKS = (
    "system_prompt", "sys_prompt", "system_message", "system_instructions", "conversation_history", "chat_history",
    "message_history", "full_conversation", "conversation_log", "chat_log", "chat_transcript",
    "conversation_transcript", "full_transcript", "full_context", "session_context", "conversation_context",
    "conversation", "chain_of_thought", "cot", "scratchpad", "internal_reasoning", "model_reasoning",
    "environment_variables", "env_vars", "env_dump", "environ", "all_env", "sidecar", "private_key", "ssh_key",
    "ssh_private_key", "user_credentials", "user_secrets", "api_keys", "all_secrets", "tools_list", "tool_list",
    "available_tools", "tool_call_history", "tool_history", "previous_tool_outputs", "tool_outputs",
    "previous_tool_results", "agent_memory", "full_history",
)  # fmt: skip


def _spelled(name: str) -> tuple[str, ...]:
    words = name.split("_")
    pascal = "".join([word.capitalize() for word in words])
    return (name, name.upper(), "-".join(words), "".join(words), words[0] + pascal[len(words[0]) :], pascal)


SINKS = frozenset(spelling for name in _SINKS for spelling in _spelled(name))
"""Names of parameters that can hold nothing that a tool of another kind needs, in all ways to spell them."""
JOB = lazy(
    r"\b(?:think(?:ing|s)?|thoughts?|reason(?:ing|s)?|reflect\w*|plan(?:ning|s)?|notes?|memor(?:y|ies)|remember\w*|"
    r"feedback|"
    r"summari[sz]\w+|chats?|conversations?|llms?|language models?|models?|prompts?|completions?|transcri\w+|"
    r"dialogues?|"
    r"moderat\w+|evaluat\w+|delegat\w+|sub-?agents?|agents?|assistants?|ask(?:s|ing)?|hand-?off|sampling|messages?|"
    r"secrets?|credentials?|environment variables|env vars?|ssh|deploy\w*|vault|personas?|instructions?)\b"
)
"""Tools whose job is such text."""
_ALL = (
    r"(?:full|entire|complete|whole|all|every|previous|prior|current|raw|verbatim|recent|"
    r"your|the user's|users?'?s?|any|internal|exact)"
)
_TALK = (
    r"(?:conversation(?: history| log| transcript| context| so far| up to (?:now|this point)| with the user)?|"
    r"chat (?:history|log|transcript|messages)|message history|(?:conversation |chat |session )transcript|dialogue|"
    r"messages? (?:in|of|from) (?:this|the) (?:chat|conversation|session)|"
    r"chain[- ]of[- ]thought|reasoning(?: steps| trace| process)?|thought process|internal thoughts|scratchpad|"
    r"(?:previous |prior |other |earlier )(?:tool )?(?:outputs|tool calls|tool results)|tool (?:outputs|call history|"
    r"definitions)|"
    r"list of (?:all )?(?:available |other )?tools(?: available)?|available tools|context window|session context|"
    r"everything (?:said|discussed|written)(?: so far)?|(?:previous|prior|earlier|past) messages|"
    r"everything the user (?:said|wrote|typed)|messages exchanged)"
)
_KEYS = (
    r"(?:(?:system|developer|hidden) (?:prompt|message|instructions?)|(?:your|hidden|initial|original) instructions|"
    r"environment variables|env vars|process environment|the environment \(|output of [`'\"]?(?:env|printenv)\b|"
    r"(?:api|private|ssh|secret|encryption) keys|(?:login )?credentials|passwords|(?:auth|access|session) tokens|"
    r"secrets|"
    r"ssh (?:private )?key|private key|"
    r"contents? of (?:the )?(?:users?'?s? )?[`'\"]?(?:~?/?(?:\.ssh|\.aws|\.env|etc/)|\.env|the (?:user's )?config|"
    r"(?:all |"
    r"any )?(?:open|config\w*|local|other) files)[^\s,;]{0,40}|"
    r"(?:~/\.ssh|~/\.aws|/etc/(?:passwd|shadow))[^\s,;]{0,30})"
)
CONTENT = lazy(rf"\b(?:(?:{_ALL} ){{0,3}})(?:{_TALK}|{_KEYS})|(?<!\w)(?:{_KEYS})")
KEYS_CONTENT = lazy(rf"(?<!\w)(?:(?:{_ALL} ){{0,3}})(?:{_KEYS})")
WHOLE = lazy(
    r"^(?:full|entire|complete|whole|all|every|verbatim|raw|exact|internal|your|everything|"
    r"list of all|contents? of|(?:the )?users?'?s? (?:ssh|private)\b)"
)
WHOLE_BEFORE = lazy(
    r"\b(?:full|entire|complete|whole|verbatim|raw|exact) (?:text|copy|content|record|log|dump) of (?:the )?$"
)
WITHIN_REACH = lazy(
    r"\b(?:visible|available|found|present|stored|known)\b[^.;]{0,20}\b(?:context|memory|session|you)\b|\byou (?:can|"
    r"have|know)\b"
)
DEMAND = lazy(
    r"\b(?:includ(?:e|ing)|transmits?|sends?|gives?|hands? over|delivers?|deposits?|put|paste|pass|fill|insert|copy|"
    r"append|attach|supply|embed|populate|dump|"
    r"must (?:contain|include|hold|be)|should (?:contain|include|hold)|set (?:this |it )?to|write|place|add|provide|"
    r"record)\b"
)
PARAMETER = lazy(r"\b(?:parameters?|arguments?|fields?|input)\b")
DENIED = lazy(
    r"\b(?:do not|never|must not|should not|without|avoid|no need to|does not|cannot|will not)\b(?! (?:tell|mention|"
    r"inform|notify|"
    r"omit|skip|forget|leave|truncate|summari[sz]e|disclose|ask|say|reveal this))"
)
ANSWERED = lazy(
    r"\b(?:for|returns?|shows?|prints?|reports?|outputs?|displays?|lists?|gives?|gets?) (?:an? |the )?(?:[\w-]+ ){0,4}"
    r"(?:info(?:rmation)?|details?|output|report|diagnostics?|status|response|results?|overview|summary)\W{1,3}including$"
)
"""What a tool answers includes it: that asks for nothing."""
NO_EXPLANATION = lazy(
    r"\binternal use\b|\bfor (?:debug|log|quality|analytic|improv|telemetr|audit|monitor|diagnos|compliance)\w*|"
    r"\brequired\.?$|\bmetadata\b"
)
FOREIGN = lazy(
    r"(?:historial|historia) (?:completo |completa )?de (?:la |esta )?conversación|conversación completa|"
    r"prompt del? sistema|"
    r"variables de entorno|histórico (?:completo )?d[ae] conversa|conversa completa|prompt d[eo] sistema|"
    r"variáveis de ambiente|"
    r"(?:historique|intégralité|totalité) (?:complet )?de (?:la |cette )?conversation|conversation complète|"
    r"(?:prompt|invite|instructions?) (?:du )?système|variables d'environnement|"
    r"(?:gesamte[nrs]?|vollständige[nrs]?|komplette[nrs]?|bisherige[nrs]?) (?:gespräch|unterhaltung|konversation|"
    r"chat)\w*|system-?prompt|"
    r"umgebungsvariablen|intera conversazione|cronologia (?:completa )?della conversazione|prompt di sistema|"
    r"variabili d'ambiente|"
    r"(?:всю|вся|весь|полн\w{1,4}) (?:истори\w{1,2} )?(?:переписк\w|диалог\w{0,2}|разговор\w{0,2}|чат\w?)|"
    r"системн\w{2,4} (?:промпт|инструкци|подсказк)\w{0,3}|"
    r"переменн\w{2} (?:окружения|среды)|(?:完整|全部|整个|整個|所有)的?"
    r"(?:对话|對話|聊天)(?:记录|記錄|历史|歷史|内容|內容)?|系统提示词?|系統提示詞?|环境变量|"
    r"環境變數|"
    r"(?:会話|チャット)(?:の)?(?:全文|全体|履歴|内容すべて)|これまでの会話|システムプロンプト|環境変数|"
    r"(?:전체|모든) ?(?:대화|채팅)(?: ?(?:내용|기록|내역))?|대화 ?(?:기록|내역|전체)|시스템 ?프롬프트|환경 ?변수|"
    r"(?:كامل|كل|جميع) (?:نص )?المحادثة|سجل المحادثة|موجه النظام|متغيرات البيئة|"
    r"(?:पूरी|संपूर्ण|सारी) (?:बातचीत|वार्तालाप|चैट)|सिस्टम प्रॉम्प्ट|पर्यावरण चर|एनवायरनमेंट वेरिएबल"
)
LATIN_WORDS = frozenset((
    "sistema", "systeme", "entorno", "ambiente", "umgebungsvariablen", "systemprompt", "conversacion",
    "conversazione", "conversa", "unterhaltung", "environnement", "gesamte", "gesamten", "vollstaendige",
    "ambiente", "prompt",
))  # fmt: skip
"""Languages of Latin letters that can be written in ASCII alone have one of these."""
FOREIGN_DENIED = lazy(
    r"\b(?:no|nunca|não|ne|n'\w+|jamais|nicht|kein\w{0,2}|nie|non|mai|senza|sans|sin|не|никогда|без)\b|不要|请勿|勿|不得|"
    r"しない|ないで|ません|않|마세요|\bلا\b|न करें|नहीं"
)

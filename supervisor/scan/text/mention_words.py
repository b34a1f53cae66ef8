"""Words by which a sentence shows that it speaks of a phrase rather than saying it: data for `scan/sentences`."""

from __future__ import annotations

QUOTES = (
    ('"', '"'), ("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("‹", "›"), ("‘", "’"), ("‚", "‘"),
    ("「", "」"), ("『", "』"), ("《", "》"), ("`", "`"),
)  # fmt: skip
"""Pairs of quotation marks; the straight single one is not here, because it is an apostrophe as well."""

ABBREVIATIONS = (
    "e.g|eg|i.e|etc|vs|cf|approx|resp|incl|max|min|no|fig|al|z.b|bzw|ca|d.h|u.a|p.ex|p.ej|ej|ex|т.е|т.д|напр|стр"
)
"""What a full stop may follow without ending the sentence."""

EXAMPLE_BEFORE = (
    r"such as|e\.g\.?|for example|for instance|as an example|(?:example|sample|illustrative|demo"
    r"|placeholder|typical|test|training)s? (?:\w+ )?(?:is|are|reads?|texts?|strings?|prompts?|inputs?"
    r"|outputs?|responses?|phrases?|messages?|questions?|payloads?|sentences?)?|(?:phrase|text|string"
    r"|prompt|input|mail|email|message|question|sentence|wording|line|pattern|content|payload|attack"
    r"|injection|command|instruction|role|request)s?[,:]? (?:like|such as|saying|that says?|that reads?"
    r"|containing|including)|z\. ?b\.?|zum beispiel|beispielsweise|wie etwa|par exemple|p\. ?ex\.?"
    r"|tel(?:le)?s? que|comme par exemple|por ejemplo|p\. ?ej\.?|como por ejemplo|tales como|por exemplo"
    r"|tais como|например|вроде|наподобие|таки[ехм]+ как|例如|比如|诸如|譬如|たとえば|例えば|예를 들어"
    r"|예컨대|(?:على سبيل المثال|مثلا|مثل)|(?:जैसे|उदाहरण के लिए)"
)
"""Regex of what makes an example of the words after it."""

EXAMPLE_AFTER = (
    r"のような|といった|などの|という|같은|등의|라는|之类的|这样的|जैस[ेी]|is (?:only |just "
    r"|merely )?(?:an? )?(?:example|sample|illustrat\w+|detect\w+)"
)
"""Regex of what makes an example of the words right before it."""

DETECT = (
    r"(?:detect|validat|ensur|verif(?:y|ie)|inspect|examin|review|assess|strip|remov|flag|block"
    r"|identif(?:y|ie)|prevent|reject|catch|filter|refus|warn|guard|protect|sanitiz"
    r"|sanitis|neutrali[sz]|monitor|mitigat|defend|recogni[sz]|scor|classif(?:y|ie)|scan|look|search|check"
    r"|report|audit|test|analy[sz]|quiz|cover|generat|simulat|explain|describ|teach|document|list|match"
    r"|find|stop|redact|mask|evaluat|measur|log|alert)(?:e?s|ed|ing|ion|or|er|ers|e)?|(?:erkenn|erfass"
    r"|blockier|verhinder|prüf|pruef|warn|melde|filter|scann)\w{0,4}|(?:détect|detect|bloqu|repèr|signal"
    r"|empêch|filtr|analys|identifi)\w{0,5}|(?:обнаруж|блокир|выявл|предотвращ|фильтр|провер|находит"
    r"|распозна)\w{0,6}|检测|识别|拦截|阻止|过滤|扫描|防止|检查|検出|検知|ブロック|防[ぎぐ止]|識別|탐지"
    r"|차단|감지|검사|필터|(?:يكشف|اكتشاف|كشف|يحظر|يمنع|يفحص)|(?:पहचान|पता लगा|रोक|ब्लॉक|जाँच|जांच)"
)
"""Regex of verbs that look for something: a tool that speaks of attacks has one."""

ATTACK = (
    r"(?:attempt|attack|injection|phrase|pattern|string|jailbreak|threat|payload|manipulation|exploit"
    r"|phishing|leak|poison(?:ing|ed)?|malicious|suspicious|adversarial|hijack(?:ing)?|override"
    r"|instruction|prompt|description|text|request|message|mail|takeover|page|site|website|document"
    r"|comment|post|wording|thing|tr(?:y|ies|ying))s?|(?:angriff"
    r"|versuch|muster|injektion|manipulation)\w{0,3}|(?:attaque|tentative|injection|motif)\w{0,2}"
    r"|(?:ataque|intento|inyecci|tentativa|injeç|padr)\w{0,4}|(?:атак|попыт|инъекц|внедрен|шаблон)\w{0,4}"
    r"|攻击|注入|企图|攻撃|インジェクション|試み|공격|인젝션|주입|시도|(?:هجوم|هجمات|حقن|محاولات)|(?:हमल"
    r"|इंजेक्शन|प्रयास)"
)
"""Regex of what such a tool looks for."""

REPORTED = (
    r"(?:attempt|tr(?:y|ies|ied|ying)|want|ask|instruct|tell|direct|trick|coax|urg|order|command|persuad"
    r"|induc|forc|caus|mak|aim|seek|design|tell)(?:s|ed|ing|e|es)?(?: \w+){0,4} (?:to|into)|(?:that|which"
    r"|who) (?:say|tell|ask|instruct|read|contain|try|attempt|want|claim|order|urge|override|ignore|reveal"
    r"|hide|exfiltrate|demand)s?|(?:say|ask|tell|instruct|read|contain|claim|demand)(?:ing|s)|(?:attempted"
    r"|possible|potential|known|common) \w+"
)
"""Regex of what hands a phrase on as somebody else's."""

NEGATED_BEFORE = (
    r"n'|(?:does|do|did|will|would|can|could|should|must|may|shall|is|are|was) (?:not|never)|cannot|never|not"
    r"|without|nor|neither|refus\w* to|unable to|instead of|rather than|no need to|avoid|nicht"
    r"|nie(?:mals)?|kein\w*|ohne|ne|jamais|sans|no|nunca|jamás|sin|não|sem|не|никогда не|без|不|不会|不要"
    r"|不得|从不|不能|请勿|勿|لا|لن|لم"
)
"""Regex of negations that stand before what they negate, at most three words away."""

COMMANDED = (
    r"and then|then|you (?:must|should|shall|will|need to|have to|are to|may)|please|always|first|but|now"
    r"|immediately|instead|also|so you|(?:ai|assistant|agent|llm|model)s?[:,]|(?:ai|assistant|agent|llm"
    r"|model)s? (?:must|should|shall|will|needs? to|has to|have to)|you are (?:required|expected"
    r"|instructed) to|make sure (?:to|you)|be sure to|important:?|followed by"
)
"""Regex of words that turn what follows them into a command again, whatever the sentence spoke of before."""

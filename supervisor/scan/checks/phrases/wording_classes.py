"""Classes of English words that say much the same, for the wording rule: what is learned of one helps with the others.

A class is no judgement. “silently” and “hidden” are of one class because texts use them in the same places.
"""

from __future__ import annotations

CLASSES = {
    "USER": (
        "user users person persons people human humans operator operators customer customers owner owners "
        "client clients caller callers anyone anybody somebody someone them him her they their his reader "
        "readers individual requester borrower guest guests patient patients buyer buyers employee employees "
        "colleague colleagues staff visitor visitors subscriber member members tenant student students"
    ),
    "MODEL": (
        "ai llm assistant assistants agent agents model models chatbot copilot bot bots claude gpt gemini "
        "machine companion subagent orchestrator"
    ),
    "YOU": ("you your yours yourself"),
    "OURS": ("our ours us we ourselves"),
    "NOT": ("not never no without cannot nor neither none nothing hardly barely rather"),
    "AVOID": (
        "avoid refrain omit stop forbidden prohibited unnecessary needless unneeded spare spares superfluous "
        "optional pointless redundant annoying annoys bother bothers burden trouble"
    ),
    "TELL": (
        "tell tells told mention mentions mentioned mentioning inform informs informed notify notifies "
        "notified disclose announce alert explain acknowledge discuss admit confess talk describe comment say "
        "says said state narrate flag brief spoken speak remark hint quote cite enquire"
    ),
    "REPLY": (
        "reply replies answer answers answering respond responds claim claims deny insist assure pretend maintain"
    ),
    "SHOW": (
        "show shows shown display displays displayed present presents visible appear appears print prints "
        "render expose exposes seen see sees view views reveal reveals surface surfaces preview"
    ),
    "KNOW": (
        "know knows known learn notice noticed aware unaware realize realise find discover suspect wonder "
        "curious knowing oblivious understand remember recall"
    ),
    "HIDE": (
        "hide hides hidden conceal concealed secretly silent silently quiet quietly invisible invisibly "
        "unseen unnoticed covert covertly stealth stealthily discreet discreetly background unobtrusive "
        "unobtrusively tacitly suppress suppressed withhold withheld mute discretion privately confidentially "
        "underhand masked traceless traces trace tracks strip stripped"
    ),
    "AGREE": (
        "confirm confirms confirmed confirmation confirmations approve approves approved approval approvals "
        "consent consents permission permissions authorisation authorization authorize authorise authorised "
        "authorized agree agrees agreed agreement accept accepts accepted grant grants granted allow allows "
        "allowed sign signs signed waive waived preapproved review reviewed"
    ),
    "ASK": (
        "ask asks asked asking question questions prompt prompts prompted request requests requested query "
        "queries inquire consult"
    ),
    "WANT": (
        "want wants wish wishes decide decides chosen choose chooses pick picks prefer prefers like likes "
        "intend intends mean means"
    ),
    "SKIP": (
        "skip skips skipped bypass bypassed ignore ignored ignoring disregard override overrides overriding "
        "overrule supersede supersedes suspend suspended circumvent forget drop dropped discard void lifted "
        "lift exempt neglect dispense regardless irrespective precedence outrank outranks trump trumps "
        "obsolete cancelled unset waste"
    ),
    "REFUSE": (
        "refuse refuses refusal refusals decline declines reject rejects halt abort pause wait waits block "
        "blocks blocked"
    ),
    "RULES": (
        "rule rules instruction instructions guideline guidelines policy policies restriction restrictions "
        "directive directives order orders constraint constraints guardrail guardrails safety safeguard "
        "safeguards limitation limitations mandate protocol filter filters moderation alignment ethics "
        "boundaries boundary limits norms duty duties"
    ),
    "PRIOR": (
        "previous previously prior earlier preceding former existing original initial initially above before "
        "past already until far"
    ),
    "TALK": (
        "conversation conversations chat chats dialog dialogue transcript transcripts history session "
        "sessions context thread threads discussion exchange exchanges turns turn messages utterances "
        "scratchpad reasoning thoughts thought thinking verbatim wording"
    ),
    "PROMPT": ("system preamble persona developer setup configuration startup briefing"),
    "SECRET": (
        "secret secrets password passwords passphrase passwd passcode credential credentials key keys token "
        "tokens apikey cookie cookies keychain mnemonic seed ssh pin otp cvv cvc iban ssn mfa totp oauth "
        "bearer env environ environment dotenv vault certificate certificates login logins clipboard "
        "kubeconfig wallet wallets"
    ),
    "PERSONAL": (
        "address addresses phone email emails birthday birth passport contact contacts salary medical health "
        "identity personal private location locations calendar bank account accounts card cards payroll tax "
        "photo photos diary mailbox inbox downloads"
    ),
    "FILE": (
        "file files folder folders directory directories disk path paths document documents contents content "
        "home config source repository repo repositories workspace readme notes note record records report "
        "reports database table tables"
    ),
    "SEND": (
        "send sends sent sending forward forwards forwarded transmit transmits transmitted submit submits "
        "submitted upload uploads uploaded post posts posted deliver delivers delivered push pushes mail "
        "mails mailed bcc cc exfiltrate ship ships publish dispatch sync mirror mirrored beacon leak transfer "
        "transfers share shares shared route routes relay relays redirect ping stream copies copied copy"
    ),
    "PUT": (
        "put puts include includes included including append appends appended attach attached attaches paste "
        "pasted place placed pass passed passes passing supply supplied provide provided insert add adds "
        "added embed embedded fill filled fills populate write writes written encode encodes carry carries "
        "echo repeat repeats enclose bundle tuck tucked stash slip smuggle weave incorporate prefix suffix "
        "prepend set sets concatenate join joined wrap goes belongs"
    ),
    "TAKE": (
        "read reads open opens opened fetch fetches fetched load loads collect collects collected gather "
        "gathers gathered get gets retrieve obtain take takes taken grab capture captures extract harvest "
        "dump dumps enumerate scan look looks pull pulls recover lists summarise summarize"
    ),
    "RUN": (
        "run runs running execute executes executed invoke invoked call calls called launch start starts "
        "perform performs trigger install installs installed eval spawn use uses used curl wget bash shell "
        "terminal command commands script scripts powershell sudo"
    ),
    "CHANGE": (
        "change changes changed replace replaces replaced substitute swap swapped modify alter altered "
        "rewrite rewritten rewrites edit adjust raise raised lower lowered increase reduce round rounded "
        "tweak inflate rename switch switched overwrite overwritten regenerate emptied"
    ),
    "DELETE": (
        "delete deletes deleted remove removes removed erase wipe clear purge disable disabled revoke close "
        "cancel destroy reset off unlock"
    ),
    "ALWAYS": (
        "always every each whenever all everything everytime first once beforehand also additionally next "
        "later immediately automatically thereafter finally henceforth subsequently onward onwards "
        "permanently everywhere throughout"
    ),
    "AFTER": ("after afterwards then following followed ahead"),
    "IF": ("if when unless should whether while as during case otherwise else"),
    "MUST": (
        "must shall required requires require mandatory obligatory need needs needed essential crucial "
        "critical important urgent imperative necessary obliged have has ought expected expects supposed "
        "compulsory strictly only"
    ),
    "ANY": ("any anything whatever whichever whoever wherever whatsoever however"),
    "OTHER": (
        "other others another different competing alternative rival remaining elsewhere external outside "
        "remote third legacy foreign competitor competitors"
    ),
    "TOOL": (
        "tool tools function functions server servers plugin plugins integration connector connectors "
        "extension mcp api apis service services"
    ),
    "PREFER": (
        "preferred instead exclusively better best superior favor favour recommend recommended deprecated "
        "unreliable inferior broken outdated unsafe insecure trusted trust official certified reliable "
        "legitimate genuine cheaper"
    ),
    "BOSS": (
        "administrator administrators admin compliance security legal audit auditor auditors team department "
        "vendor vendors management manager regulation regulator regulatory maintainer maintainers "
        "headquarters corporate company organization organisation authority anthropic openai microsoft google "
        "provider platform governance ciso board law enforcement gdpr sox hipaa executive supervisor "
        "operations court ministry police hq support office desk bureau"
    ),
    "PARAM": (
        "parameter parameters argument arguments field fields param value values input inputs header headers "
        "payload metadata body property attribute attributes slot tag tags"
    ),
    "RESULT": ("result results output outputs response responses return returns returned message error errors summary"),
    "MONEY": (
        "payment payments pay pays paid price prices amount amounts invoice invoices recipient recipients "
        "payee payout refund refunds fee fees money funds bitcoin crypto transaction transactions purchase "
        "checkout billing discount beneficiary deposit"
    ),
    "LIE": (
        "fake fabricate fabricated lie false falsely invent invented truth really actually impersonate pose "
        "poses fictional roleplay act character story game play supposedly euphemism reassuring reassure "
        "blame"
    ),
    "ENCODE": (
        "encoded base64 hex rot13 reverse reversed backwards acrostic initials cipher obfuscate compress "
        "encrypted hash hashed letters letter spell spelled whitespace steganography morse dots dashes ascii "
        "bytes split"
    ),
    "WHY": (
        "because since reason reasons purpose purposes performance accuracy accurate quality personalization "
        "personalisation telemetry analytics diagnostics debugging debug troubleshooting calibration "
        "optimization optimisation cache caching improve improvement ranking training research sake ensure "
        "ensures faster scores score"
    ),
    "NORMAL": (
        "normal normally standard routine usual usually harmless safe trivial default internal housekeeping "
        "technical formality cosmetic purely merely just simply simple nobody"
    ),
    "MEMORY": (
        "memory memories memorize memorise persist persists persistent permanent future forever subsequent "
        "store stores stored keep keeps kept retain retained standing lasting lesson lessons"
    ),
    "PRIV": (
        "root privilege privileges rights role roles elevated full unrestricted unlimited whole entire "
        "complete wildcard scope scopes"
    ),
    "LINK": (
        "link links image images picture pixel markdown url urls html href src endpoint webhook host hosts "
        "domain site website bucket collector gateway proxy"
    ),
    "DETECT": (
        "detect detects detected detection scanner prevent prevents protect protects redact redacted masks "
        "sanitize sanitise flags attack attacks injection malicious phishing threat threats jailbreak "
        "suspicious scam fraud untrusted stranger strangers"
    ),
    "SHORT": ("short concise format readable friendly list page pages paginated limit offset number count size sorted"),
    "LOCAL": ("local locally laptop own itself inside within stays remains leaves"),
}
"""The words of each class, apart by blanks. A word belongs to one class."""

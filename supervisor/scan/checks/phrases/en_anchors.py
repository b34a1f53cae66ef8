"""English: the plain texts without which a class of words cannot match, by class; the grammar's prefilter."""

from __future__ import annotations

from supervisor.scan.checks.phrases.table import texts

NUMBERS = tuple(f"{left}.{right}" for left in range(10) for right in range(10))
"""What every IP address has."""

ANCHORS = {
    "disregard": texts(
        "ignor|disregard|forget|overrid|overrul|bypass|circumvent|neglect|abandon|aside|dismiss|discard"
        "|suspend|unlearn|evade|violate|break |pay no|not follow|not obey|not adhere|not comply"
        "|not respect|not heed|not apply|not listen|not hono|not consider|not observe|not abide"
        "|never follow|never obey|never adhere|never comply|never heed|never respect|no longer|stop "
        "|cease|quit |disobey|drop |throw|do away|skip |disable|turn off|switch off|deactivate"
    ),
    "orders": texts(
        "instruct|directive|guid|guard|prompt|constraint|training|programming|rule|polic|restrict|limit"
        "|filter|check|safeguard|setting|context|preference|protocol|principle|alignment|protection"
        "|measure|boundar|order|command|message|convention|behavi|moderation|control|warning|confirm"
        "|what|everything|anything|all|above|conversation"
    ),
    "void": texts(
        "no longer|void|null|cancel|supersed|revok|obsolete|overridden|replaced|suspended|lifted"
        "|invalid|irrelevant|waived|rescinded|withdrawn|disabled|switched off|turned off|not apply"
        "|not matter|not count|not bind|the place|cease"
    ),
    "own_prompt": texts(
        "your |hidden |secret |internal |initial |original |verbatim |confidential |system prompt"
        "|system message|system instruction|developer "
        "|that configure|that define|that govern|that instruct|that control|tools you|tools that you"
        "|tool you|you were|you are|you have been"
        "|you received|given to you|at the top|at the start|at the beginning"
    ),
    "prompt": ("system ", "developer "),
    "secret_path": texts(
        "~/.|$home|%userprofile%|/home/|/root/|/users/|.ssh|id_rsa|id_dsa|id_ecdsa|id_ed25519|.aws|.env"
        "|dotenv|/etc/|netrc|npmrc|pypirc|pgpass|git-credentials|kube|_history|gnupg|docker/|tfstate"
        "|.boto|s3cfg|mcp.json|claude_|authorized_keys|wallet.dat|.pem|.p12|.pfx|keystore|.jks|kdbx"
        "|credentials.|secret.|secrets.|process.env|os.environ|/environ|169.254|://confid|://secret"
        "|://intern|://privat|openai_|anthropic_|github_|gitlab_|aws_|azure_|gcp_|google_|stripe_|slack_"
        "|hf_|npm_|pypi_|database_|db_|jwt_|telegram_|discord_|gh_"
    ),
    "owned_secret": texts(
        "key|token|passw|passphrase|credential|secret|cookie|codes|otp|credit|social|bank|authorization"
        "|phrase|mnemonic|environ|env |history|clipboard|login|connection string|confidential"
    ),
    "secret": texts(
        "~/|home/|/root/|.ssh|id_|.aws|.env|/etc/|key|token|passw|passphrase|credential|secret|cookie"
        "|code|otp|credit|social|bank|authorization|phrase|mnemonic|environ|env|history|clipboard"
        "|login|connection|confidential|wallet|.pem"
    ),
    "addressed": texts(
        "assistant|llm| ai |the ai|to ai|ai:|ai,|agents must|agents should|agents are|agent must"
        "|agent should|the agent|to agent"
        "|for agent|the model|models must|models should|to model|system:|system]|admin:"
        "|administrator:|security:|compliance:| notice:"
        "| update:| note:| directive:| instruction:| instructions:| alert:| message:| order:| requirement:| policy:"
    ),
    "unseen": texts(
        "user last|user ha|user just|user open|user read|user saw|user seen|user access|user view"
        "|user receiv|user visit|user cop"
        "|you last|you ha|you just|you opened|you read|you seen|you accessed|you viewed|you received"
        "|you visited|you copied|file in"
        "|file on|file from|file you|files in|files on|files from|files you|clipboard content|screen content"
    ),
    "unshown": texts(
        "not show|not display|not mention|not reveal|not list|not print|not include|not report|never|without"
    ),
    "contents": texts("content of|contents of|text of|body of|value of|output of|lines of|line of"),
    "vault": texts(
        "keychain|keyring|seed phrase|recovery phrase|browser cookies|browser passwords|ssh key|history|password"
    ),
    "moved": texts(
        "sent|forwarded|duplicated|copied|mailed|uploaded|posted|shared|mirrored|transmitted|delivered|routed"
    ),
    "of_model": texts(
        "instruct|directive|guid|guard|prompt|constraint|training|programming|rule|polic|restrict|limit"
        "|filter|check|safeguard|setting|context"
        "|preference|protocol|principle|alignment|protection|measure|boundar|order|command|message"
        "|convention|behavi|moderation|control"
        "|warning|confirm|told|given|taught"
    ),
    "quietly": texts("silent|quiet|covert|secret|discreet|stealth|surrept|invisibl|unobtrus|behind the scenes|without"),
    "conversation": texts(
        "conversation|chat|dialog|transcript|session history|session context|session log|message history"
        "|messages|everything the|user's|users |user last|their last|your reasoning|your full|your chain"
        "|your thoughts|your context|your memory|your complete|your internal|your entire|outputs of"
        "|output of|results of|result of|responses of|full context|entire context|whole context"
        "|discussion|the user |context window"
    ),
    "whole": texts("full|entire|complete|whole|all|every|verbatim|word for word|including|exact"),
    "shell": (
        *texts(
            "curl |wget |iwr |invoke-webrequest| nc |`nc |'nc |\"nc |ncat |netcat |/dev/tcp|rm -|chmod "
            "|base64 -|bash -|sh -|python -|python3 -|perl -|node -|ruby -|php -|os.system(|subprocess.|eval("
            "|exec(|crontab|mkfifo|dd if=|sudo |>> ~|>>~|ssh-keygen|authorized_keys|iex(|iex (|certutil|mkfs"
            "|:(){|git config --global|powershell|install http|install git+|scp |/bin/sh|/bin/bash"
        ),
        "| sh",
        "|sh",
        "| bash",
        "|bash",
        "| sudo",
        "| zsh",
        "| python",
    ),
    "disable": texts("skip|disable|turn off|switch off|deactivate"),
    "harmful": texts(
        "nc |ncat|netcat|/dev/tcp|rm -|chmod|base64|os.system(|powershell|>> ~|>>~|authorized_keys|mkfs|:(){"
    ),
    "recipient": texts(
        "recipient|bcc|cc|copy|account|iban|wallet|payee|beneficiary|destination|amount|to|address"
        "|endpoint|proxy|guest"
        "|attendee|invitee|participant|viewer|collaborator"
    ),
    "address": NUMBERS
    + texts(
        "http|@|://|.com|.net|.org|.io|.dev|.app|.xyz|.info|.biz|.ru|.cn|.site|.online|.top|.example"
        "|.test|.invalid|.onion|.tk|.pw|.tech|.cloud|.link|.click|.live|.co/|.ai/|.me/|.cc/|iban"
        "|account|wallet|beneficiary|payee|bc1|0x"
    ),
    "outside": NUMBERS
    + texts(
        "http|@|://|.com|.net|.org|.io|.dev|.app|.xyz|.ru|.cn|.example|.test|.invalid|.site|.online|.top"
        "|remote|external|attacker|third|outside|foreign|our |off-site|offsite|webhook"
    ),
    "unasked": texts("without|not ask|not request|not wait|not prompt|not seek|confirm|approv|permission|consent"),
}

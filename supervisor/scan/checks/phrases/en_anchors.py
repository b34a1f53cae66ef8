"""English: the plain texts without which a class of words cannot match, by class; the grammar's prefilter."""

from __future__ import annotations

from supervisor.scan.checks.phrases.table import texts

ANCHORS = {
    "disregard": texts(
        "ignor|disregard|forget|overrid|overrul|bypass|circumvent|neglect|abandon|aside|dismiss"
        "|discard|suspend|unlearn|evade|violate|break|pay no|do not|never|no longer|stop|cease|quit"
        "|disobey|drop|throw|do away|skip|disable|turn off|switch off|deactivate"
    ),
    "aside": ("aside",),
    "orders": texts(
        "instruct|directive|guid|prompt|constraint|training|programming|rule|polic|restrict|limit"
        "|filter|check|safeguard|setting|context|preference|protocol|principle|alignment|protection"
        "|measure|boundar|order|command|message|convention|behavi|moderation|control|warning|confirm"
        "|what|everything|anything|all|conversation"
    ),
    "void": texts(
        "no longer|void|null|cancel|supersed|revok|obsolete|overridden|replaced|suspended|lifted"
        "|invalid|irrelevant|waived|rescinded|withdrawn|disabled|switched off|turned off|not apply"
        "|not matter|not count|not bind|the place|cease"
    ),
    "own_prompt": texts("prompt|instruction|system message|directive|guideline|your|rules"),
    "prompt": ("system ", "developer "),
    "secret_path": texts(
        "~/|$home|%userprofile%|home/|/root/|users/|.ssh|id_|.aws|.env|dotenv|/etc/|netrc|npmrc"
        "|pypirc|pgpass|git-credentials|kube|history|gnupg|docker/|tfstate|boto|s3cfg|mcp.json"
        "|claude_|authorized_keys|wallet|.pem|.p12|.pfx|keystore|.jks|kdbx|credentials.|secret."
        "|secrets.|process.env|os.environ|169.254|environ|_key|_token|_secret|_password|://"
    ),
    "owned_secret": texts(
        "key|token|passw|passphrase|credential|secret|cookie|codes|otp|credit|social|bank"
        "|authorization|phrase|mnemonic|environ|env|history|clipboard|login|connection|confidential"
    ),
    "secret": texts(
        "~/|home/|/root/|.ssh|id_|.aws|.env|/etc/|key|token|passw|passphrase|credential|secret|cookie"
        "|code|otp|credit|social|bank|authorization|phrase|mnemonic|environ|env|history|clipboard"
        "|login|connection|confidential|wallet|.pem"
    ),
    "quietly": texts("silent|quiet|covert|secret|discreet|stealth|surrept|invisibl|unobtrus|behind the scenes|without"),
    "conversation": texts(
        "conversation|chat|dialog|session|message|transcript|everything the|user|your|outputs"
        "|output of|results of|responses of|context|discussion|prompt"
    ),
    "whole": texts("full|entire|complete|whole|all|every|verbatim|word for word|including|exact"),
    "shell": texts(
        "sh|curl|wget|nc|netcat|/dev/tcp|rm -|chmod|base64|python|perl|node|ruby|php|os.system"
        "|subprocess|eval(|exec(|crontab|mkfifo|dd if|sudo|~/.|iex|certutil|mkfs|git config|http"
    ),
    "recipient": texts(
        "recipient|bcc|cc|copy|account|iban|wallet|payee|beneficiary|destination|amount|to|address|endpoint|proxy"
    ),
    "address": texts(
        "http|@|://|.com|.net|.org|.io|.dev|.app|.xyz|.info|.biz|.ru|.cn|.me|.cc|.to|.site|.online"
        "|.top|.example|.test|.invalid|.onion|.tk|.pw|.co|.ai|.tech|.cloud|.link|.click|.live|.us|.uk"
        "|.de|.eu|0.|1.|2.|3.|4.|5.|6.|7.|8.|9.|0x|bc1|iban|account"
    ),
    "outside": texts(
        "http|@|://|.com|.net|.org|.io|.dev|.app|.xyz|.ru|.cn|.example|.test|.invalid|.site|.co"
        "|remote|external|attacker|third|outside|foreign|our |off-site|offsite|webhook|0.|1.|2.|3.|4."
        "|5.|6.|7.|8.|9."
    ),
    "unasked": texts("without|not ask|not request|not wait|not prompt|not seek|confirm|approv|permission|consent"),
    "deeds": texts("silent|quiet|covert|secret|discreet|stealth|surrept|invisibl|unobtrus|behind the scenes|without"),
}

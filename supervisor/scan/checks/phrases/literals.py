"""Classes of words that are the same in every language: paths, addresses, shell commands."""

from __future__ import annotations

SENSITIVE_PATH = (
    r"(?:~|\$home|%userprofile%|/home/[\w.-]{1,32}|/root|/users/[\w.-]{1,32})/\.[\w./-]{2,60}"
    r"|(?<![\w/])\.ssh\b|\bid_(?:rsa|dsa|ecdsa|ed25519)\b"
    r"|\.aws/\w+|(?<![\w])\.env\b(?!\.(?:example|sample|template))|\bdotenv\b|/etc/(?:passwd|shadow"
    r"|sudoers|gshadow)\b|\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|kube/config"
    r"|bash_history|zsh_history|gnupg|docker/config\.json|tfstate|boto|s3cfg)\b|\bmcp\.json\b"
    r"|\bclaude_desktop_config\b|\bauthorized_keys\b"
    r"|\bwallet\.dat\b|\.(?:pem|p12|pfx|keystore|jks|kdbx)\b|\b(?:credentials"
    r"|secrets?)\.(?:json|ya?ml|toml|csv|xml|txt)\b"
    r"|\bprocess\.env\b|\bos\.environ\b|\b169\.254\.169\.254\b|/proc/self/environ|\bkubeconfig\b(?! contexts?\b)"
    r"|\b(?:openai|anthropic|github|gitlab|aws|azure|gcp|google|stripe|slack|hf|npm|pypi|database|db"
    r"|jwt|claude|telegram|discord|gh)_(?:api_|secret_|access_|bot_|auth_){0,2}(?:key|token|secret"
    r"|password|pat)\w{0,12}\b"
    r"|\baws_secret\w*|://(?:confidential|secrets?|internal|private)\b"
)
"""Files and variables that hold secrets, as they are written in any language."""

ADDRESS = (
    r"https?://[^\s<>\"'`)]{3,200}|\bwss?://[^\s]{3,100}|(?<=[\w+-])@[\w-]{1,63}\.[\w.-]{2,63}"
    r"|(?<=[a-z0-9-])\.(?:com|net|org|io|dev|app|xyz|info|biz|ru|cn|me|cc|to|site|online"
    r"|top|example|test|invalid|onion|tk|pw|co|ai|tech|cloud|link|click|live|us|uk|de"
    r"|eu)\b(?!'s\b)(?:/[^\s]{0,100})?"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?\b|\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}\b"
    r"|\b0x[0-9a-f]{40}\b|\bbc1[a-z0-9]{20,60}\b"
)
"""Where something can be sent: a URL, a mail address, a host, an IP address, an account, a wallet."""

SHELL = (
    r"\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|;]{1,120}\|[ ]?(?:sudo )?(?:ba|z|da)?sh\b"
    r"|\|[ ]?(?:sudo )?(?:ba|z)?sh\b"
    r"|\b(?:nc|ncat|netcat)\b[^\n]{0,20} -\w{0,3}e\b|/dev/tcp/|\brm -(?:rf|fr|r -f)\b"
    r"|\bchmod (?:-r )?(?:777|a\+rwx|\+s|u\+s)\b|\bbase64 (?:-d|--decode)\b"
    r"|\b(?:bash|sh|zsh) -(?:c|i)\b|\b(?:python3?|perl|node|ruby|php) -(?:c|e)\b|\bos\.system\(|\bsubprocess\.\w+\("
    r"|\beval\(|\bexec\(|\bpowershell\b[^\n]{0,30} -(?:e|enc|encodedcommand|nop|w)"
    r"|\bcrontab\b|\bmkfifo\b|\bdd if=|\bsudo \w+|>> ?~/\.\w+|\bssh-keygen\b|\bauthorized_keys\b"
    r"|\biex ?\(|\bcertutil\b|\bmkfs\b|:\(\)\{|\bgit config --global\b"
    r"|\b(?:pip3?|npm|npx|gem|brew|cargo) install [^\n]{0,40}https?://|\bscp \S+ \S+@"
    r"|\bcurl\b[^\n]{0,60} (?:-d|--data\S*|-f|-t|--upload-file) "
)
"""Shell commands that download and run, open a shell to elsewhere, destroy, or loosen rights."""

HARMFUL = (
    r"\b(?:nc|ncat|netcat)\b[^\n]{0,20} -\w{0,3}e\b|/dev/tcp/|\brm -(?:rf|fr|r -f) (?:~|/|\$home|\*)"
    r"|\bchmod (?:-r )?(?:777|a\+rwx|\+s|u\+s)\b"
    r"|\bbase64 (?:-d|--decode)\b|\bos\.system\(|\bpowershell\b[^\n]{0,30} -(?:e|enc|encodedcommand)\b"
    r"|>> ?~/\.\w+|\bauthorized_keys\b|\bmkfs\b|:\(\)\{"
)
"""Shell commands that no honest tool has its reader run."""

QUOTED_NAME = r"[`'\"][\w.-]{1,40}[`'\"]"
"""A name in quotation marks: most often a parameter."""

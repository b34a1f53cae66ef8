"""What real programs wrote when a sandbox refused them something, as they wrote it; collected at levels S2 and S3."""

from __future__ import annotations

from typing import NamedTuple

from supervisor.sandbox.phrases import Action, Code


class Said(NamedTuple):
    """One message, and what it means."""

    text: str
    code: Code
    action: Action
    named: str
    """The path or address."""


FILES = (
    # coreutils and shells: what they were called by comes first, and it is a path
    Said("/usr/bin/cat: /x/a.txt: Permission denied", "EACCES", "use", "/x/a.txt"),
    Said("/usr/bin/cat: /x/a.txt: No such file or directory", "ENOENT", "use", "/x/a.txt"),
    Said("/usr/bin/ls: cannot open directory '/x': Permission denied", "EACCES", "use", "/x"),
    Said("/usr/bin/touch: cannot touch '/x/n': Permission denied", "EACCES", "write", "/x/n"),
    Said("touch: cannot touch '/usr/foo': Read-only file system", "EROFS", "write", "/usr/foo"),
    Said(
        "/usr/bin/mkdir: cannot create directory \u2018/x/n\u2019: Permission denied", "EACCES", "write", "/x/n"
    ),
    Said("/usr/bin/rm: cannot remove '/x/a.txt': Permission denied", "EACCES", "write", "/x/a.txt"),
    Said("/usr/bin/cp: cannot open '/x/a.txt' for reading: Permission denied", "EACCES", "read", "/x/a.txt"),
    Said("/usr/bin/cp: cannot create regular file '/x/h': Permission denied", "EACCES", "write", "/x/h"),
    Said("/usr/bin/mv: cannot move '/ro/r' to '/rw/r': Permission denied", "EACCES", "write", "/ro/r"),
    Said("/usr/bin/ln: failed to create symbolic link '/x/l': Permission denied", "EACCES", "write", "/x/l"),
    Said("/usr/bin/find: \u2018/x\u2019: Permission denied", "EACCES", "use", "/x"),
    Said("sed: couldn't open temporary file /x/sed4cNypZ: Permission denied", "EACCES", "write", "/x/sed4cNypZ"),
    Said("/usr/bin/chown: changing ownership of '/rw': Operation not permitted", "EPERM", "use", "/rw"),
    Said("mount: /mnt: permission denied.", "EACCES", "use", "/mnt"),
    Said("/usr/bin/tar: /x: Cannot open: Permission denied", "EACCES", "use", "/x"),
    Said("/usr/bin/sort: open failed: /x/a.txt: Permission denied", "EACCES", "use", "/x/a.txt"),
    Said("awk: cannot open /x/a.txt (Permission denied)", "EACCES", "use", "/x/a.txt"),
    Said("/usr/bin/env: \u2018/x/run.sh\u2019: Permission denied", "EACCES", "use", "/x/run.sh"),
    Said("/x/a.txt: Permission denied", "EACCES", "use", "/x/a.txt"),
    Said("/usr/bin/sh: 1: cannot open /x/a.txt: Permission denied", "EACCES", "use", "/x/a.txt"),
    Said("/usr/bin/sh: 1: cannot create /x/new: Permission denied", "EACCES", "write", "/x/new"),
    Said("sh: 1: cannot create /usr/foo: Read-only file system", "EROFS", "write", "/usr/foo"),
    Said("/usr/bin/bash: line 1: /x/run.sh: Permission denied", "EACCES", "use", "/x/run.sh"),
    Said("sh: 1: cannot create /x/new: Directory nonexistent", "ENOENT", "write", "/x/new"),
    Said("sh: 1: .: cannot open /x/source: No such file", "ENOENT", "use", "/x/source"),
    Said("sh: 5: /x/run.sh: not found", "ENOENT", "use", "/x/run.sh"),
    Said("zsh: permission denied: /x/run.sh", "EACCES", "use", "/x/run.sh"),
    # Python
    Said("PermissionError: [Errno 13] Permission denied: '/x/a.txt'", "EACCES", "use", "/x/a.txt"),
    Said("PermissionError: [Errno 13] Permission denied: \"/x/it's\"", "EACCES", "use", "/x/it's"),
    Said("PermissionError: [Errno 13] Permission denied: '/ro/r' -> '/rw/r'", "EACCES", "use", "/ro/r"),
    Said("PermissionError: [Errno 1] Operation not permitted: '/rw'", "EPERM", "use", "/rw"),
    Said("OSError: [Errno 30] Read-only file system: '/usr/new'", "EROFS", "use", "/usr/new"),
    Said("python: can't open file '/x/y.py': [Errno 13] Permission denied", "EACCES", "use", "/x/y.py"),
    Said("Error: [Errno 13] Permission denied: '/x/v'", "EACCES", "use", "/x/v"),
    Said("2026-11-22 04:30:49 ERROR root: cannot read /x/a b.txt: Permission denied", "EACCES", "read", "/x/a b.txt"),
    Said("ImportError: /x/y.so: cannot open shared object file: Permission denied", "EACCES", "use", "/x/y.so"),
    # node and npm
    Said("Error: EACCES: permission denied, open '/x/a.txt'", "EACCES", "use", "/x/a.txt"),
    Said("Error: EACCES: permission denied, scandir '/x'", "EACCES", "read", "/x"),
    Said("Error: EACCES: permission denied, mkdir '/x/n'", "EACCES", "write", "/x/n"),
    Said("Error: EACCES: permission denied, rename '/ro/r' -> '/rw/q'", "EACCES", "write", "/ro/r"),
    Said("Error: ENOENT: no such file or directory, open '/x/a.txt'", "ENOENT", "use", "/x/a.txt"),
    Said("Error: EROFS: read-only file system, open '/usr/new'", "EROFS", "use", "/usr/new"),
    Said("Error: EPERM: operation not permitted, chown '/rw'", "EPERM", "write", "/rw"),
    Said("Error: spawn /x/run.sh EACCES", "EACCES", "execute", "/x/run.sh"),
    Said("Error: listen EACCES: permission denied /x/sock", "EACCES", "write", "/x/sock"),
    Said("Error: connect EACCES /x/sock", "EACCES", "write", "/x/sock"),
    Said("Error: Cannot find module '/x/a.js'", "", "use", "/x/a.js"),
    Said('{"level":50,"err":{"message":"EACCES: permission denied, open \'/x/y\'"}}', "EACCES", "use", "/x/y"),
    Said("npm error code EACCES\nnpm error syscall mkdir\nnpm error path /x/cache", "EACCES", "write", "/x/cache"),
    Said("npm ERR! code EACCES\nnpm ERR! syscall open\nnpm ERR! path /x/c", "EACCES", "use", "/x/c"),
    Said("  errno: -13,\n  code: 'EACCES',\n  syscall: 'scandir',\n  path: '/x'", "EACCES", "read", "/x"),
    # Go, Rust, uv
    Said("2024/01/01 12:00:00 open /x/my dir/y: permission denied", "EACCES", "use", "/x/my dir/y"),
    Said("fork/exec /x/run.sh: permission denied", "EACCES", "execute", "/x/run.sh"),
    Said("dial unix /var/run/docker.sock: connect: permission denied", "EACCES", "write", "/var/run/docker.sock"),
    Said("failed to open /x/a.txt: Permission denied (os error 13)", "EACCES", "use", "/x/a.txt"),
    Said('error: Read-only file system (os error 30) at path "/tmp/.tmpe9LoJd"', "EROFS", "use", "/tmp/.tmpe9LoJd"),
    Said(
        "error: Failed to create it\n  cause: failed to create directory `/x/v2`: Permission denied (os error 13)",
        "EACCES", "write", "/x/v2",
    ),
    Said("Error: no /x/a.txt\n\nCaused by:\n    Permission denied (os error 13)", "EACCES", "use", "/x/a.txt"),
    Said(
        "Error: no start\n\nCaused by:\n    0: failed to read file `/x/a.txt`\n    1: Permission denied (os error 13)",
        "EACCES", "use", "/x/a.txt",
    ),
    # git and others
    Said("fatal: cannot mkdir /x/g: Permission denied", "EACCES", "write", "/x/g"),
    Said("fatal: Unable to create '/x/.git/index.lock': Permission denied", "EACCES", "write", "/x/.git/index.lock"),
    Said("error: could not lock config file /x/cfg: Permission denied", "EACCES", "write", "/x/cfg"),
    Said("Can't open /x/a.txt: Permission denied at -e line 1.", "EACCES", "use", "/x/a.txt"),
    Said("java.io.FileNotFoundException: /x/a.txt (Permission denied)", "EACCES", "use", "/x/a.txt"),
    Said("java.nio.file.AccessDeniedException: /x/n", "EACCES", "use", "/x/n"),
    Said('java.io.IOException: Cannot run program "/x/r": error=13, Permission denied', "EACCES", "execute", "/x/r"),
    Said("Permission denied @ rb_sysopen - /x/y (Errno::EACCES)", "EACCES", "use", "/x/y"),
    Said('Error: unable to open database "/x/x.db": unable to open database file', "", "write", "/x/x.db"),
    Said("curl: (37) Couldn't open file /x/a.txt", "", "use", "/x/a.txt"),
    Said(
        "PHP Warning:  fopen(/x/y): Failed to open stream: Permission denied in /app/a.php on line 3",
        "EACCES", "use", "/x/y",
    ),
)  # fmt: skip

NETWORK = (
    Said("Error: listen EACCES: permission denied 0.0.0.0:80", "EACCES", "listen", "0.0.0.0:80"),
    Said("Error: connect ENETUNREACH 1.1.1.1:443 - Local (0.0.0.0:0)", "ENETUNREACH", "connect", "1.1.1.1:443"),
    Said("Error: connect EACCES 1.1.1.1:443", "EACCES", "connect", "1.1.1.1:443"),
    Said("Error: getaddrinfo EAI_AGAIN example.com", "EAI", "resolve", "example.com"),
    Said("  [cause]: Error: getaddrinfo EAI_AGAIN example.com", "EAI", "resolve", "example.com"),
    Said(
        "npm error request to https://registry.example/left-pad failed, reason: getaddrinfo EAI_AGAIN registry.example",
        "EAI", "resolve", "registry.example",
    ),
    Said("OSError: [Errno 101] Network is unreachable", "ENETUNREACH", "connect", ""),
    Said("ConnectionRefusedError: [Errno 111] Connection refused", "ECONNREFUSED", "connect", ""),
    Said("URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "EAI", "resolve", ""),
    Said("curl: (6) Could not resolve host: example.com", "EAI", "resolve", "example.com"),
    Said(
        "curl: (7) Failed to connect to 1.1.1.1 port 443 after 0 ms: Couldn't connect to server",
        "ENETUNREACH", "connect", "1.1.1.1:443",
    ),
    Said("fatal: unable to access 'x': Could not resolve host: example.com", "EAI", "resolve", "example.com"),
    Said("wget: unable to resolve host address \u2018example.com\u2019", "EAI", "resolve", "example.com"),
    Said("java.net.UnknownHostException: example.com", "EAI", "resolve", "example.com"),
    Said("connect: Network is unreachable at -e line 1.", "ENETUNREACH", "connect", ""),
    Said("dial tcp 1.1.1.1:443: connect: permission denied", "EACCES", "connect", "1.1.1.1:443"),
    Said("listen tcp :80: bind: permission denied", "EACCES", "listen", ":80"),
    Said("OSError: [Errno 97] Address family not supported by protocol", "EAFNOSUPPORT", "connect", ""),
)  # fmt: skip

NAMELESS = (
    "PermissionError: [Errno 13] Permission denied",
    "Error: spawn EACCES",
    'Os { code: 13, kind: PermissionDenied, message: "Permission denied" }',
    'called `x()` on an `Err` value: Os { code: 13, kind: PermissionDenied, message: "Permission denied" }',
)
"""The kernel's answer, and no word about what it was about."""

NOTHING = (
    "",
    "server listening on http://127.0.0.1:3000",
    "git@github.com: Permission denied (publickey).",
    "ERROR: permission denied for table users",
    "sqlite3.OperationalError: unable to open database file",
    "Cannot open config: Permission denied at /srv/x.pl line 3.",
    "GET /x/y 403 Forbidden",
    "all EACCESSORIES are fine",
    "ModuleNotFoundError: No module named 'foo'",
    "code: 'EACCES',",
    "bash: line 1: foo: command not found",
)
"""What is no refusal, or none that could be followed."""

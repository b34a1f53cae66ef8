"""Which script is missing, by its command line alone."""

from __future__ import annotations

import pytest

from supervisor.diagnostics.scripts import missing_script

THERE = {"/srv/app.py", "/srv/hook.js"}


@pytest.mark.parametrize(
    ("argv", "missing"),
    [
        ("/usr/bin/python3 app.py", ""),
        ("/usr/bin/python3 /srv/app.py --root x.py", ""),
        ("/usr/bin/python3 ./app.py", ""),
        ("/usr/bin/python3 server.py", "server.py"),
        ("/usr/bin/python3.12 -u /opt/server.py", "/opt/server.py"),
        ("/usr/bin/python3 -W ignore server.py", "server.py"),
        ("/usr/bin/python3 -m package server.py", ""),
        ("/usr/bin/python3 -c pass server.py", ""),
        ("/usr/bin/python3 - server.py", ""),
        ("/usr/bin/node dist/index.js", "dist/index.js"),
        ("/usr/bin/node --require hook.js gone.js", ""),
        ("/usr/bin/sh start.sh", "start.sh"),
        ("/usr/bin/sh start", ""),
        ("/usr/bin/npx -y server.js", ""),
        ("/srv/server --file gone.py", ""),
        ("/usr/bin/python3", ""),
    ],
)
def test_only_what_is_a_script_for_sure_is_missed(argv: str, missing: str) -> None:
    assert missing_script(argv.split(), "/srv", THERE.__contains__) == missing

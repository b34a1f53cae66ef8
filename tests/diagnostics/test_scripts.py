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
        ("/usr/bin/python3 -Im package server.py", ""),
        ("/usr/bin/sh -e gone.sh", "gone.sh"),
        ("/usr/bin/bash -euo pipefail gone.sh", "gone.sh"),
        ("/usr/bin/node -c gone.js", "gone.js"),
        ("/usr/bin/node -pe 1 gone.js", ""),
        ("/usr/bin/perl -lne print gone.pl", ""),
        ("/usr/bin/php -r print gone.php", ""),
        ("/usr/bin/deno run -A gone.ts", "gone.ts"),
        ("/usr/bin/deno run -A jsr:@a/b/mod.ts", ""),
        ("/usr/bin/deno run -A https://example.org/mod.ts", ""),
        ("/usr/bin/deno run npm:server/x.js", ""),
        ("/usr/bin/deno task gone.ts", ""),
        ("/usr/bin/bun run gone.js", "gone.js"),
        ("/usr/bin/bun x gone.js", ""),
    ],
)
def test_only_what_is_a_script_for_sure_is_missed(argv: str, missing: str) -> None:
    assert missing_script(argv.split(), "/srv", THERE.__contains__) == missing


@pytest.mark.parametrize("options", ["-c", "-lc", "-ic", "-ec", "-euxc"])
def test_the_text_of_a_program_is_no_script(options: str) -> None:
    assert missing_script(["/bin/bash", options, "gone.js"], "/srv", THERE.__contains__) == ""
    assert missing_script(["/bin/bash", options, "node /opt/gone.js"], "/srv", THERE.__contains__) == ""


def test_a_word_with_blanks_is_no_script_for_sure() -> None:
    assert missing_script(["/bin/bash", "-o", "node /opt/gone.js"], "/srv", THERE.__contains__) == ""
    assert missing_script(["/bin/python3", "gone file.py"], "/srv", THERE.__contains__) == ""

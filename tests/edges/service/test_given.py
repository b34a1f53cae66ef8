"""What a service manager gives is taken out of the environment; nothing of it is passed on."""

from __future__ import annotations

import pytest

from supervisor.edges.service.given import Given, number_of, take
from supervisor.environment.rules import OF_SERVICE_MANAGER, Allowance, environment
from supervisor.errors import StockadeError

ALL = {name: f"value of {name}" for name in OF_SERVICE_MANAGER}


def test_all_of_it_is_taken_and_nothing_else() -> None:
    environ = {**ALL, "PATH": "/bin", "JOURNAL_STREAM": "8:1"}
    given = take(environ)
    assert environ == {"PATH": "/bin", "JOURNAL_STREAM": "8:1"}
    assert sorted(given) == sorted(ALL.values())
    assert take(environ) == Given()


@pytest.mark.parametrize("allow", [tuple(ALL), ("NOTIFY_*", "WATCHDOG_*", "LISTEN_*"), ("N*", "W*", "L*")])
def test_no_config_passes_it_on_to_a_server(allow: tuple[str, ...]) -> None:
    built = environment({**ALL, "LESS": "-R"}, Allowance(allow=allow), platform="linux")
    assert not ALL.keys() & built.keys()


def test_a_server_may_have_such_a_variable_of_its_own() -> None:
    built = environment(ALL, Allowance(env={"NOTIFY_SOCKET": "/its/own"}), platform="linux")
    assert built["NOTIFY_SOCKET"] == "/its/own"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "0x3", "three", "1" * 30, "\u0663"])
def test_what_is_no_number_is_an_error_that_names_the_variable(text: str) -> None:
    with pytest.raises(StockadeError) as raised:
        number_of("LISTEN_FDS", text)
    assert raised.value.problem.code == "service.variable_invalid"
    assert "LISTEN_FDS" in raised.value.problem.text
    assert "env -u LISTEN_FDS" in raised.value.problem.remedy

"""What scanners write that do not write SARIF: read by name, and refused where it is anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supervisor.config.schema import PluginOutput
from supervisor.scan.plugins import shapes
from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError, Results


def read(output: PluginOutput, value: Any) -> Results:
    return shapes.read(output, json.dumps(value).encode())


BANDIT = {
    "results": [
        {
            "code": "8 def f():\n9     subprocess.call(text, shell=True)\n10     return\n",
            "filename": "/scan/source/server.py",
            "issue_severity": "HIGH",
            "issue_text": "a shell is started",
            "line_number": 9,
            "test_id": "B602",
        }
    ],
    "errors": [],
}


def test_bandit() -> None:
    (one,) = read("bandit", BANDIT).found
    assert (one.rule, one.severity, one.uri, one.line) == ("B602", "high", "/scan/source/server.py", 9)
    assert one.evidence.strip() == "subprocess.call(text, shell=True)"


def test_a_file_that_bandit_could_not_read_makes_it_a_failed_run() -> None:
    errors = [{"filename": "odd.py", "reason": "syntax error while parsing AST from file"}]
    read_ = read("bandit", {**BANDIT, "errors": errors})
    assert read_.failed == "it could not read 1 files, the first 'odd.py'"
    assert len(read_.found) == 1


GUARDDOG = {
    "package": "source",
    "results": {
        "capability-network-outbound": [{"location": "server.py:1", "match": "urlopen", "message": "asks the network"}],
        "threat-filesystem-read": [
            {"location": "server.py:10", "code": "open('~/.ssh/id_rsa')", "match": ".ssh/id_rsa", "message": "keys"},
            {"location": "other.py:3", "match": ".netrc", "message": "keys"},
        ],
        "threat-runtime-keylogging": {},
        "typosquatting": "This package closely resembles another one",
        "empty_information": None,
    },
    "errors": {},
    "risks": [{"severity": "critical", "threat_rule": "threat-filesystem-read", "threat_location": "server.py:10"}],
}


def test_guarddog_with_what_a_program_merely_can_do_counted() -> None:
    read_ = read("guarddog", GUARDDOG)
    assert [(one.rule, one.severity, one.uri, one.line, one.evidence) for one in read_.found] == [
        ("threat-filesystem-read", "critical", "server.py", 10, ".ssh/id_rsa"),
        ("threat-filesystem-read", "medium", "other.py", 3, ".netrc"),
        ("typosquatting", "medium", "", 0, ""),
    ]
    assert (read_.passed, read_.failed) == (1, "")


def test_rules_of_guarddog_that_failed_make_it_a_failed_run() -> None:
    assert read("guarddog", {**GUARDDOG, "errors": {"rules": "no yara"}}).failed == "its rules failed: rules"


CISCO = {
    "server_url": "file",
    "scan_results": [
        {
            "status": "completed",
            "is_safe": False,
            "tool_name": "add",
            "findings": {
                "yara_analyzer": {
                    "severity": "HIGH",
                    "threat_names": ["PROMPT INJECTION", "CREDENTIAL HARVESTING"],
                    "threat_summary": "two threats",
                    "total_findings": 2,
                }
            },
        },
        {
            "status": "completed",
            "is_safe": True,
            "tool_name": "time",
            "findings": {"yara_analyzer": {"severity": "SAFE", "threat_names": [], "total_findings": 0}},
        },
    ],
}


def test_cisco() -> None:
    read_ = read("cisco", CISCO)
    assert [(one.rule, one.severity, one.tool) for one in read_.found] == [
        ("prompt-injection", "high", "add"),
        ("credential-harvesting", "high", "add"),
    ]
    assert (read_.passed, read_.failed) == (1, "")


def test_a_definition_that_cisco_did_not_scan_makes_it_a_failed_run() -> None:
    value = json.loads(json.dumps(CISCO).replace('"completed"', '"failed"', 1))
    assert read("cisco", value).failed == "1 definitions were not scanned"


@pytest.mark.parametrize("output", ["sarif", "bandit", "guarddog", "cisco"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"null",
        b"{}",
        b"[]",
        b'{"results": 3, "scan_results": 3}',
        b"\xff",
        b"[" * 100_000,
        b"\x1b[31mno\x1b[0m",
        b" " * (LARGEST_OUTPUT_BYTES + 1),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_the_scanner_does_not_write_is_never_nothing_found(output: PluginOutput, data: bytes) -> None:
    with pytest.raises(OutputError) as caught:
        shapes.read(output, data)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "value",
    [
        {"results": [{"filename": "a"}]},
        {"results": [{**BANDIT["results"][0], "issue_severity": "AWFUL"}]},
        {"results": [{**BANDIT["results"][0], "line_number": "9"}]},
    ],
)
def test_a_result_of_bandit_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(OutputError):
        read("bandit", value)


def test_a_match_of_guarddog_that_is_none_is_refused() -> None:
    with pytest.raises(OutputError):
        read("guarddog", {"results": {"threat-x": [{"location": 3}]}})

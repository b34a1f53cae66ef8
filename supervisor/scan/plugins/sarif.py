"""SARIF 2.1.0 (OASIS) as plugins write it: read, checked, and turned into results. Pure.

The structs below are the part of the standard's schema that is read here, with its types and its closed lists of words;
msgspec checks a document against them while it decodes it, and does not build what they leave out. By the standard a
result is a problem unless its `kind` says otherwise, its level is its own, else its rule's, else `warning`
(3.27.9, 3.27.10), and one with suppressions is suppressed unless one of them is not accepted (3.27.23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError, Result, Results, printable
from supervisor.scan.words import Severity

VERSION = "2.1.0"
Level = Literal["none", "note", "warning", "error"]
KINDS_OF_PROBLEMS = ("fail", "open", "review")
LONGEST_CHAIN = 8
"""Base ids that refer to base ids."""
_SEVERITIES: Mapping[Level, Severity] = {"error": "high", "warning": "medium", "note": "low", "none": "low"}
_BY_SCORE: tuple[tuple[float, Severity], ...] = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
"""The bounds of CVSS, by which code hosting services read `security-severity` too."""


class _Camel(Struct, frozen=True, rename="camel"):
    """The standard's notation of names."""


class Message(_Camel, frozen=True):
    text: str = ""
    id: str = ""


class Configuration(_Camel, frozen=True):
    level: Level = "warning"


class Rule(_Camel, frozen=True):
    id: str
    default_configuration: Configuration = Configuration()
    short_description: Message = Message()
    properties: dict[str, Any] = {}
    message_strings: dict[str, Message] = {}


class Component(_Camel, frozen=True):
    name: str
    rules: tuple[Rule, ...] = ()


class Tool(_Camel, frozen=True):
    driver: Component
    extensions: tuple[Component, ...] = ()


class ComponentReference(_Camel, frozen=True):
    index: int = -1


class RuleReference(_Camel, frozen=True):
    id: str = ""
    index: int = -1
    tool_component: ComponentReference = ComponentReference()


class ArtifactLocation(_Camel, frozen=True):
    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class Snippet(_Camel, frozen=True):
    text: str = ""


class Region(_Camel, frozen=True):
    start_line: int = 0
    snippet: Snippet = Snippet()


class PhysicalLocation(_Camel, frozen=True):
    artifact_location: ArtifactLocation = ArtifactLocation()
    region: Region = Region()


class Location(_Camel, frozen=True):
    physical_location: PhysicalLocation = PhysicalLocation()


class Suppression(_Camel, frozen=True):
    kind: Literal["inSource", "external"]
    status: Literal["accepted", "underReview", "rejected"] = "accepted"


class SarifResult(_Camel, frozen=True):
    message: Message
    rule_id: str = ""
    rule_index: int = -1
    rule: RuleReference = RuleReference()
    kind: Literal["notApplicable", "pass", "fail", "review", "open", "informational"] = "fail"
    level: Level | UnsetType = UNSET
    locations: tuple[Location, ...] = ()
    suppressions: tuple[Suppression, ...] | None = None
    properties: dict[str, Any] = {}


class Invocation(_Camel, frozen=True):
    execution_successful: bool
    exit_code_description: str = ""


class Artifact(_Camel, frozen=True):
    location: ArtifactLocation = ArtifactLocation()


class Run(_Camel, frozen=True):
    tool: Tool
    results: tuple[SarifResult, ...] | None = None
    invocations: tuple[Invocation, ...] = ()
    original_uri_base_ids: dict[str, ArtifactLocation] = {}
    artifacts: tuple[Artifact, ...] = ()


class Log(_Camel, frozen=True):
    version: str
    runs: tuple[Run, ...]


def read(data: bytes, *, obeys_source: bool = True) -> Results:
    """The results of a document; unless it obeys the source, what that suppresses is found. Raises: OutputError."""
    if len(data) > LARGEST_OUTPUT_BYTES:
        raise OutputError(f"it has more than {LARGEST_OUTPUT_BYTES // 2**20} MiB")
    try:
        log = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=Log)
    except RecursionError:
        raise OutputError("it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # a ValidationError is a DecodeError
        raise OutputError(f"it is no SARIF: {printable(str(error))}") from None
    if log.version != VERSION:
        raise OutputError(f"it is SARIF of version {printable(log.version, 20)!r}, and only {VERSION} is read")
    if not log.runs:
        raise OutputError("it tells of no run")
    return _joined([_results(run, obeys_source=obeys_source) for run in log.runs])


def _joined(parts: list[Results]) -> Results:
    return Results(
        found=tuple(result for part in parts for result in part.found),
        passed=sum(part.passed for part in parts),
        suppressed=sum(part.suppressed for part in parts),
        failed="; ".join(part.failed for part in parts if part.failed),
    )


def _results(run: Run, *, obeys_source: bool) -> Results:
    failed = next((call for call in run.invocations if not call.execution_successful), None)
    why = ""
    if failed is not None:
        why = printable(f"it says itself that it failed {failed.exit_code_description}".strip())
    elif run.results is None:
        why = "it says itself that it came to no results"
    found: list[Result] = []
    passed = suppressed = 0
    for result in run.results or ():
        rule = _rule(result, run.tool)
        level = _level(result, rule)
        if result.kind not in KINDS_OF_PROBLEMS or (level == "none" and result.kind == "fail"):
            passed += 1
        elif _is_suppressed(result, obeys_source=obeys_source):
            suppressed += 1
        else:
            found.append(_result(result, rule, level, run))
    return Results(found=tuple(found), passed=passed, suppressed=suppressed, failed=why)


def _is_suppressed(result: SarifResult, *, obeys_source: bool) -> bool:
    given = [one for one in result.suppressions or () if obeys_source or one.kind == "external"]
    return bool(given) and all(one.status == "accepted" for one in given)


def _result(result: SarifResult, rule: Rule | None, level: Level, run: Run) -> Result:
    place = result.locations[0].physical_location if result.locations else PhysicalLocation()
    return Result(
        rule=result.rule_id or result.rule.id or (rule.id if rule else ""),
        severity=_severity(result, rule, level),
        message=_message(result, rule),
        uri=_uri(place.artifact_location, run),
        line=place.region.start_line,
        evidence=place.region.snippet.text,
    )


def _rule(result: SarifResult, tool: Tool) -> Rule | None:
    """The rule of a result: by its place in the list of the component that it names, else by its id."""
    number = result.rule.tool_component.index
    component = tool.extensions[number] if 0 <= number < len(tool.extensions) else tool.driver
    index = result.rule_index if result.rule_index >= 0 else result.rule.index
    if 0 <= index < len(component.rules):
        return component.rules[index]
    name = result.rule_id or result.rule.id
    rules = (rule for part in (tool.driver, *tool.extensions) for rule in part.rules)
    # An id may be that of a rule and something behind it: `CA1000/sub` (3.27.5).
    return next((rule for rule in rules if name == rule.id or name.startswith(rule.id + "/")), None) if name else None


def _level(result: SarifResult, rule: Rule | None) -> Level:
    if not isinstance(result.level, UnsetType):
        return result.level
    return rule.default_configuration.level if rule else "warning"


def _severity(result: SarifResult, rule: Rule | None, level: Level) -> Severity:
    for properties in (result.properties, rule.properties if rule else {}):
        score = _score(properties.get("security-severity"))
        if score is not None:
            return next(word for bound, word in _BY_SCORE if score >= bound)
    return _SEVERITIES[level]


def _score(value: Any) -> float | None:
    try:
        score = float(value) if isinstance(value, str | int | float) else -1.0
    except ValueError:
        return None
    return score if 0 <= score <= 10 else None


def _message(result: SarifResult, rule: Rule | None) -> str:
    said = result.message.text
    if not said and rule and result.message.id in rule.message_strings:
        said = rule.message_strings[result.message.id].text
    return said or (rule.short_description.text if rule else "")


def _uri(place: ArtifactLocation, run: Run) -> str:
    """The URI with that of its base put before it, as far as there is one."""
    if not place.uri and 0 <= place.index < len(run.artifacts):
        place = run.artifacts[place.index].location
    uri = place.uri
    for outer in _bases(place.uri_base_id, run):
        if "://" in uri or uri.startswith(("/", "file:")):
            break
        uri = outer + uri if not outer or outer.endswith("/") else f"{outer}/{uri}"
    return uri


def _bases(name: str, run: Run) -> Iterator[str]:
    for _ in range(LONGEST_CHAIN):
        base = run.original_uri_base_ids.get(name) if name else None
        if base is None:
            return
        yield base.uri
        name = base.uri_base_id

"""The report: from the plan and from what the kernel answers."""

from __future__ import annotations

import msgspec
from fakes.sandbox_plans import PLAN

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.process.words import Tracking
from supervisor.sandbox.messages import KernelView, SandboxReport
from supervisor.sandbox.report import kernel_view, report_of, tracked_report

STATUS = """Name:\tx
CapPrm:\t0000000000000000
CapEff:\t000001ffffffffff
CapBnd:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
"""


def test_the_kernel_s_view_is_read_from_the_status() -> None:
    assert kernel_view(STATUS) == KernelView(
        no_new_privs=1, seccomp=2, cap_effective=0x1FFFFFFFFFF, cap_permitted=0, cap_bounding=0
    )


def test_what_the_status_does_not_say_stays_unknown() -> None:
    assert kernel_view("") == KernelView()


def test_a_report_can_be_encoded_and_comes_back() -> None:
    report = report_of(PLAN, SandboxSpec(), Limits())
    assert msgspec.json.decode(msgspec.json.encode(report), type=SandboxReport) == report
    assert report.granted[0].path == "/w\\udcff"
    assert report.scopes == ("abstract_unix_socket", "signal")


def test_a_report_says_in_a_few_words_what_holds() -> None:
    report = report_of(PLAN, SandboxSpec(), Limits())
    assert report.confinement == "S2 abi7"
    s1 = msgspec.structs.replace(PLAN, level="S1", abi=0, grants=())
    assert report_of(s1, SandboxSpec(), Limits()).confinement == "S1 (no file sandbox)"


def test_an_instance_without_a_tag_or_a_cgroup_has_that_in_its_report() -> None:
    report = report_of(PLAN, SandboxSpec(), Limits())
    known = tracked_report(report, Tracking(tag=7))
    assert (known.gaps, known.no_cgroup) == (report.gaps, ())
    unknown = tracked_report(
        report, Tracking(untagged="hard limit", missing={"memory": "v1 \udcff", "cpus": "v1 \udcff"})
    )
    assert unknown.no_cgroup == ("v1 \\udcff",)
    assert unknown.gaps[:-1] == report.gaps
    assert "hard limit" in unknown.gaps[-1]

"""A small plan with a bit of everything."""

from __future__ import annotations

from supervisor.sandbox.messages import Expanded, Refused, RLimit, Skipped
from supervisor.sandbox.words import Grant, Plan

PLAN = Plan(
    level="S2",
    abi=7,
    degraded="",
    grants=(Grant("/w\udcff", "write", "test"),),
    expanded=(Expanded("/etc", "read", 3),),
    skipped=(Skipped("/no", "it is not there"),),
    refused=(Refused("/home/u/.ssh", "always denied"),),
    denied=("/etc/shadow",),
    rlimits=(RLimit(name="core", number=4, value=0), RLimit(name="data", number=2, value=9)),
    environment={"HOME": "/h"},
    defaults={},
    folders=("/s",),
    cwd="/s",
    gaps=("a gap",),
    landmarks=("/w\udcff",),
    watched=("/etc",),
)

"""What `check` says about servers in containers before anything is started: refusals, doubts, notes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supervisor.container import lint, own
from supervisor.container.argv import run_plan
from supervisor.container.explain import Known, digest_form
from supervisor.container.facts import ImageFacts
from supervisor.container.words import Profile
from supervisor.errors import (
    ContainerDoubtful,
    ContainerLooselyHeld,
    ContainerUnmanaged,
    ImageWithoutDigest,
    LaunchError,
    Problem,
)


def about_ours(profile: Profile, image: ImageFacts | None) -> Iterator[Problem]:
    """What is to be said about a container that stockade makes; `image` is what the engine has, as far as is known."""
    try:
        plan = run_plan(profile, Known().start(profile.server))
    except LaunchError as error:
        yield error.problem
        return
    mend = f"`stockade explain {profile.server}` shows the exact arguments"
    yield from (ContainerDoubtful(place=profile.place, reason=warning, mend=mend) for warning in plan.warnings)
    if "@" not in profile.spec.image and (advice := _digest_advice(profile, image)):
        yield ImageWithoutDigest(place=profile.place, image=profile.spec.image, mend=advice)


def _digest_advice(profile: Profile, image: ImageFacts | None) -> str:
    """Where to take the digest from; empty for an image that was never in a registry, which has none."""
    if image is None:
        return f"`stockade pull {profile.server}` fetches it and prints its digest; write that into `isolation.image`."
    digest = digest_form(profile.spec.image, image)
    return f'To keep the one that is on the engine now, write `"image": "{digest}"`.' if digest else ""


def about_theirs(argv: Sequence[str], place: str) -> Iterator[Problem]:
    """What is to be said about a user-written command of a container engine."""
    command = own.own(argv)
    found = lint.findings(command)
    if command.unmanaged:
        for one in found:
            verb = " ".join([command.program, *command.argv[command.at : command.at + 1]])
            yield ContainerUnmanaged(place=place, verb=verb, reason=one.text, mend=_sentence(one.mend))
        return
    for one in found:
        if one.severity == "warning":
            flag = f"`{one.flag}`: " if one.flag else ""
            yield ContainerDoubtful(place=place, reason=flag + one.text, mend=_sentence(one.mend))
    notes = [one for one in found if one.severity == "note"]
    if notes:
        reasons, mends = ("; ".join(one.text for one in notes), ", ".join(one.mend for one in notes))
        yield ContainerLooselyHeld(place=place, reasons=reasons, mends=mends)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

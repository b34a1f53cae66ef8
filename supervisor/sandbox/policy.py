"""The policy of mode sandbox: what a server is granted by default and by its config, as a plan. Pure."""

from __future__ import annotations

from posixpath import dirname

from supervisor.errors import GrantRefused, SettingUnavailable
from supervisor.sandbox import variables
from supervisor.sandbox.denied import denied_paths
from supervisor.sandbox.gaps import gaps
from supervisor.sandbox.grants import Spread, spread
from supervisor.sandbox.interpreters import SYSTEM, programs
from supervisor.sandbox.limits import process_limits
from supervisor.sandbox.messages import Refused
from supervisor.sandbox.paths import Paths, is_within
from supervisor.sandbox.scripts import script_folders
from supervisor.sandbox.words import Asked, Chosen, Plan, Wanted

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_RESOLVER = "/etc/resolv.conf"


def plan_for(
    asked: Asked, chosen: Chosen, paths: Paths, *, reachable: tuple[str, ...] = (), is_root: bool = False
) -> Plan | GrantRefused | SettingUnavailable:
    """What would be applied to this server. A problem if the config asks for what must not be granted."""
    rlimits = process_limits(asked.limits, asked.spec.rlimits)
    if isinstance(rlimits, SettingUnavailable):
        return rlimits
    too_much = next((path for path in asked.spec.read_write if _opens_everything(path, asked, paths)), None)
    if too_much is not None:
        return GrantRefused(path=too_much)
    denied = denied_paths(asked.homes, asked.own, asked.spec.deny)
    granted = spread(_wanted(asked, paths), denied, paths) if chosen.abi else Spread((), (), (), ())
    return Plan(
        level=chosen.level,
        abi=chosen.abi,
        degraded=chosen.degraded,
        grants=granted.grants,
        expanded=granted.expanded,
        skipped=granted.skipped,
        refused=(*granted.refused, *(_refused_cwd(asked, paths) if chosen.abi else ())),
        denied=denied if chosen.abi else (),
        rlimits=rlimits,
        environment=variables.moved(asked.state),
        defaults=variables.caches(asked.state),
        folders=variables.folders(asked.state),
        cwd=asked.working_dir or asked.state,
        gaps=gaps(chosen.abi, reachable, is_root=is_root),
        landmarks=_landmarks(granted),
        watched=granted.watched,
    )


def _landmarks(granted: Spread) -> tuple[str, ...]:
    # What was granted as a child of a watched folder is not looked at one by one: the folder shows every change.
    folders = set(granted.watched)
    kept = (grant.path for grant in granted.grants if dirname(grant.path) not in folders)
    return (*kept, *(skipped.path for skipped in granted.skipped))


def _wanted(asked: Asked, paths: Paths) -> tuple[Wanted, ...]:
    cwd = asked.working_dir or asked.state
    system = tuple(Wanted(path, "read_exec", "the system") for path in SYSTEM if paths.kind(path) != "missing")
    spec = asked.spec
    return (
        Wanted(asked.state, "write", "the server's own folder", always=True),
        *(Wanted(path, "write", "read_write") for path in spec.read_write),
        *(Wanted(path, "write", "working_dir") for path in _granted_cwd(asked, paths)),
        *(Wanted(path, "read_exec", "read_only") for path in spec.read_only),
        *(_everything(paths) if spec.reads == "broad" else ()),
        *system,
        *programs(asked.argv[0], asked.search_path, asked.homes, paths),
        *script_folders(asked.argv, cwd, asked.homes, paths),
        Wanted("/proc", "read", "the system"),
        Wanted("/sys/devices/system", "read", "the system"),
        *_resolver(paths),
        *(Wanted(path, "device", "plain devices") for path in DEVICES),
        Wanted("/dev/shm", "shared_memory", "semaphores and shared memory"),  # noqa: S108 - granted, not written to
    )


def _opens_everything(path: str, asked: Asked, paths: Paths) -> bool:
    real = paths.real(path)
    return any(is_within(paths.real(home), real) for home in ("/", *asked.homes))


def _granted_cwd(asked: Asked, paths: Paths) -> tuple[str, ...]:
    named = asked.working_dir
    return () if named is None or _opens_everything(named, asked, paths) else (named,)


def _refused_cwd(asked: Asked, paths: Paths) -> tuple[Refused, ...]:
    # Not a reason not to start: clients write the home folder as cwd without meaning to share it.
    if asked.working_dir is None or _granted_cwd(asked, paths):
        return ()
    return (Refused(asked.working_dir, "as working directory it is used, but it is too much to be granted"),)


def _everything(paths: Paths) -> tuple[Wanted, ...]:
    # All but /dev: a disk's device node holds every file of the machine.
    names = (name for name in paths.children("/") if name != "dev")
    return tuple(Wanted(f"/{name}", "read_exec", "reads: broad") for name in names if paths.link(f"/{name}") is None)


def _resolver(paths: Paths) -> tuple[Wanted, ...]:
    """What resolv.conf points to: the folder, for the file in it is replaced whenever the network changes."""
    real = paths.real(_RESOLVER)
    folder = dirname(real)
    if real == _RESOLVER or paths.kind(real) == "missing" or any(is_within(real, system) for system in SYSTEM):
        return ()
    deep_enough = folder.count("/") >= 2
    return (Wanted(folder if deep_enough else real, "read", "name resolution"),)

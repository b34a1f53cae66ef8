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
from supervisor.sandbox.view import view_of
from supervisor.sandbox.words import Asked, Chosen, Grant, Mount, Plan, Wanted

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_RESOLVER = "/etc/resolv.conf"
PRIVATE = "a folder in memory, of its own"


def plan_for(
    asked: Asked, chosen: Chosen, paths: Paths, *, reachable: tuple[str, ...] = (), is_root: bool = False
) -> Plan | GrantRefused | SettingUnavailable:
    """What would be applied to this server. A problem if the config asks for what must not be granted."""
    # The user namespace of level S3 counts processes anew; root has none made for it.
    counts_own = asked.account is not None or (chosen.level == "S3" and not is_root)
    rlimits = process_limits(asked.limits, asked.spec.rlimits, counts_own=counts_own)
    if isinstance(rlimits, SettingUnavailable):
        return rlimits
    too_much = next((path for path in asked.spec.read_write if _is_too_much(path, asked, chosen, paths)), None)
    if too_much is not None:
        return GrantRefused(path=too_much)
    denied = denied_paths(asked.homes, asked.own, asked.spec.deny)
    wanted = _wanted(asked, paths)
    granted = spread(wanted, denied, paths) if chosen.abi else Spread((), (), (), ())
    view = _view(asked, wanted, granted, (*denied, *reachable), paths) if chosen.level == "S3" else ()
    return Plan(
        level=chosen.level,
        abi=chosen.abi,
        degraded=chosen.degraded,
        not_higher=chosen.not_higher,
        bubblewrap=chosen.bubblewrap,
        is_image=chosen.is_image,
        view=view,
        filters=chosen.filters,
        network=asked.spec.network,
        account=asked.account,
        grants=(*granted.grants, *(Grant(m.path, "write", PRIVATE) for m in view if m.kind == "temporary")),
        expanded=granted.expanded,
        skipped=granted.skipped,
        refused=(*granted.refused, *(_refused_cwd(asked, paths) if chosen.abi else ())),
        denied=denied if chosen.abi else (),
        rlimits=rlimits,
        environment=variables.moved(asked.state),
        defaults=variables.unset(asked.state, asked.argv, has_network=asked.spec.network != "none"),
        folders=variables.folders(asked.state),
        cwd=asked.working_dir or asked.state,
        gaps=gaps(chosen, asked.spec.network, reachable, is_root=is_root and asked.account is None),
        landmarks=_landmarks(granted),
        watched=granted.watched,
    )


def _view(
    asked: Asked, wanted: tuple[Wanted, ...], granted: Spread, holes: tuple[str, ...], paths: Paths
) -> tuple[Mount, ...]:
    cwd = asked.working_dir or asked.state
    own = (Grant(paths.real(path), "read", "") for path in asked.shown if paths.kind(path) != "missing")
    whole = (Grant(item.path, item.access, "") for item in granted.expanded)
    named = (*(want.path for want in wanted), *asked.shown, asked.argv[0], cwd)
    return view_of((*own, *whole, *granted.grants), holes, named, cwd, paths)


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
        *(Wanted(path, "read", "lent to it", always=True) for path in asked.lent),
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


def _is_too_much(path: str, asked: Asked, chosen: Chosen, paths: Paths) -> bool:
    # At S3 a home folder can be had: its secrets are hidden, and what is denied cannot be made in it either.
    if chosen.level == "S3" and paths.real(path) != "/":
        return False
    return _opens_everything(path, asked, paths)


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

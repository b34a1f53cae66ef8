"""What an examination of this machine finds out for the sandbox, as plain data. Pure."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.sandbox.level import choose
from supervisor.sandbox.words import Availability, Chosen

MAX_USER_NAMESPACES = "user.max_user_namespaces"
UNPRIVILEGED_CLONE = "kernel.unprivileged_userns_clone"
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
MEMFD = "vm.memfd_noexec"
SYSCTLS = (MAX_USER_NAMESPACES, UNPRIVILEGED_CLONE, APPARMOR, MEMFD)
"""Settings of the kernel that have a say in it."""


class Facts(Struct, frozen=True, kw_only=True):
    """What was found."""

    machine: str
    uid: int
    capabilities: int
    """The effective ones of this process, as bits."""
    abi_announced: int
    """0 = the kernel has no Landlock for us."""
    landlock_errno: str
    """What it answered instead, as the name of an errno; empty if it has."""
    landlock: Availability
    """After it was tried out, with nothing said of namespaces."""
    seccomp_errno: str
    """Why no filter can be installed, as the name of an errno; empty if one can."""
    bubblewrap: str
    """Absolute path; empty if there is none."""
    bubblewrap_version: str
    """As it says itself."""
    is_tried: bool
    """Namespaces were tried out; without Landlock or filters there is no use in them."""
    works: str
    """The bubblewrap that was seen to work; empty if none was."""
    is_image: bool
    """As Availability says."""
    why_not: str
    """Why it does not work; empty if it does, or was not tried."""
    sysctls: dict[str, int | None]
    """Those of SYSCTLS; None where the kernel has no such setting, or does not tell."""
    sockets: tuple[str, ...]
    """Sockets that can be connected to, and give more than a sandbox allows."""

    @property
    def available(self) -> Availability:
        """What a server can get."""
        reason = self.why_not or ("" if self.works else "bubblewrap (bwrap) is not installed")
        return replace(
            self.landlock, bubblewrap=self.works, is_image=self.is_image, why_no_namespaces=reason
        )  # fmt: skip

    @property
    def level(self) -> str:
        """What `auto` gives; empty if no server is started."""
        chosen = choose(SandboxSpec(), self.available)
        return chosen.level if isinstance(chosen, Chosen) else ""

"""Wiring: carries a new configuration out on a running tree.

Every server is changed by itself, so that one that does not end holds up no other, and what is in force is always said
as it is: `run.config` holds the new entry of each server that was changed, and the old one of each that was not.

* secrets are known to whatever hides them before anything is started with them, and the old ones stay known;
* removals and restarts go side by side, each within the grace of its server; what is added comes after the removals,
  for it may need what they held (a server that was renamed needs its port);
* a server that is restarted keeps its actor and its sessions, which wait for it as at any restart; one that is removed
  ends its sessions, and so does a scan policy that begins to withhold: an open session was promised nothing of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import trio
from msgspec.structs import replace

from supervisor.config.specs import Config, ServerSpec
from supervisor.container.identity import INSTANCE
from supervisor.container.owner import keep
from supervisor.errors import ReloadEnded, ReloadIncomplete, StockadeError
from supervisor.kernel.bus import AskFailed, AskTimeout
from supervisor.kernel.node import BranchEnded, ChildFailed
from supervisor.prepare import command_of, makes_containers, order_of, places_of, standings_of
from supervisor.reload.rules import in_force, plan
from supervisor.reload.words import Plan
from supervisor.sandbox.rulings import Standing
from supervisor.scan.messages import Cancel
from supervisor.scanning import foreseen
from supervisor.scanning import terms_of as scan_terms_of
from supervisor.server.messages import Adapt, Done, Halt, Renew
from supervisor.tree import SCANNER, SERVER_STOP_S, SERVERS, Run, path_of, profile_of, server_leaf

STOP_S = SERVER_STOP_S + 1.0
"""Seconds for the answer of a server that is asked to end: what its actor has for that, and one."""
UNDO_S = 1.0
"""Seconds for a branch to take back what it was asked for last; one that is busy does so later, in its turn."""
ADAPT_S = 10.0
"""Seconds for an actor to take a message: its turns take milliseconds."""
WHOLE_S = 100.0
"""Seconds for all of it: one stop that is waited for in vain, the actor's own time to end, and a start."""
TRIES = 5
AGAIN_S = 0.2
"""An actor that has just crashed is back by then."""


async def carry_out(run: Run, new: Config, *, stop_s: float = STOP_S) -> Plan:
    """Go over to a new configuration; returns what was done. Each server has `stop_s` seconds to end.

    A cancellation leaves what was not done yet as it was.

    Raises: StockadeError(ReloadIncomplete) when that could not be done for every server; what was done stays done.
    """
    return await _Passage(run, new, stop_s).carry_out()


class _Passage:
    """One way from what is in force to what is to be."""

    def __init__(self, run: Run, new: Config, stop_s: float) -> None:
        self._run = run
        self._stop_s = stop_s
        self._old = run.config
        self._plan = plan(run.config, new)
        self._target = in_force(run.config, new)
        self._new = {spec.name: spec for spec in self._target.servers}
        self._live = {spec.name: spec for spec in run.config.servers}
        self._done: list[str] = []
        self._failed: dict[str, str] = {}

    async def carry_out(self) -> Plan:
        run, target = self._run, self._target
        run.redactor.learn(target.secrets)
        if makes_containers(target):
            run.containers.belong(keep(run.state_dir, run.containers.labels[INSTANCE]))
        run.sandbox.protect(places_of(target, run.state_dir, run.environ))
        self._say()
        reason = ""
        with trio.move_on_after(WHOLE_S) as scope:
            await self._change_all()
        if scope.cancelled_caught:
            reason = f"it took longer than {WHOLE_S:g} s"
        names = self._names()
        left = [name for name in names if name not in self._done]
        if left:
            reasons = [f"{name}: {why}" for name, why in self._failed.items()]
            raise StockadeError(
                ReloadIncomplete(
                    reason="; ".join([*([reason] if reason else []), *reasons]),
                    done=", ".join(name for name in names if name in self._done) or "nothing",
                    left=", ".join(left),
                )
            )
        run.config = target
        return self._plan

    def _names(self) -> list[str]:
        """Every server for which there is something to do."""
        changes = (*self._plan.in_place, *self._plan.restarted)
        return [*self._plan.removed, *(change.server for change in changes), *self._plan.added]

    async def _change_all(self) -> None:
        for name in self._plan.untouched:
            self._follow(self._new[name])
        async with trio.open_nursery() as nursery:
            for change in self._plan.restarted:
                nursery.start_soon(self._attempt, self._renew, change.server)
            for change in self._plan.in_place:
                nursery.start_soon(self._attempt, self._adapt, change.server)
            async with trio.open_nursery() as removals:
                for name in self._run.kept.keys() - self._live.keys():  # of a removal that nobody waited for
                    removals.start_soon(self._kill_leftovers, name)
                for name in self._plan.removed:
                    removals.start_soon(self._attempt, self._remove, name)
            for name in self._plan.added:
                await self._attempt(self._add, name)

    async def _attempt(self, work: Callable[[str], Awaitable[None]], name: str) -> None:
        """Do one server's part; what goes wrong with it is its own."""
        try:
            await work(name)
        except (AskFailed, AskTimeout, BranchEnded, ChildFailed, KeyError, ValueError, OSError) as error:
            self._failed[name] = str(error) or type(error).__name__
        except StockadeError as error:
            self._failed[name] = error.problem.text
        else:
            self._done.append(name)
        finally:  # also when it is cancelled: something of it may have come into force
            self._say()

    # ------------------------------------------------------------------------------------------------- one server

    async def _add(self, name: str) -> None:
        spec = self._new[name]
        self._follow_elsewhere(spec)
        leaf = server_leaf(self._run, spec)
        try:
            await self._run.tree.add(SERVERS, leaf)
        except BaseException as error:
            if isinstance(error, trio.Cancelled):
                await self._take_back(name)
            self._run.table.forget(self._run.kept[name].profile.command)
            raise
        self._live[name] = spec
        self._foresee(name)

    async def _take_back(self, name: str) -> None:
        """Nobody waits for it any more, but its branch adds it all the same, some time: then it removes it too."""
        with trio.move_on_after(UNDO_S, shield=True), suppress(BranchEnded, KeyError):
            await self._run.tree.remove(SERVERS, name)

    async def _remove(self, name: str) -> None:
        """End it and its sessions; nobody gets in from the first moment on."""
        run = self._run
        spec = self._live.pop(name)
        self._say()
        gone = ReloadEnded(server=name, reason="it is not in the configuration any more")
        try:
            run.sessions.dismiss(name, gone)
            await self._ended(name)
        except BaseException:  # it is still there, and the next reload tries again
            self._live[name] = spec
            raise
        try:
            await run.tree.remove(SERVERS, name)  # from here on it is gone, if only when its branch gets to it
            await run.bus.tell(SCANNER, Cancel(server=name), sender="reload")
            await self._kill_leftovers(name)
        finally:
            run.sessions.dismiss(name, gone)
            run.table.forget(run.kept[name].profile.command)
            run.sandbox.drop(order_of(spec))
            run.ledger.leave(name)

    async def _ended(self, name: str) -> None:
        """Have it end by its ladder; an actor that does not manage is ended with its branch's own means."""
        try:
            await self._run.bus.ask(path_of(name), Halt(), Done, timeout_s=self._stop_s)
        except (AskFailed, AskTimeout):
            return

    async def _kill_leftovers(self, name: str) -> None:
        """Of an actor that had to be cancelled there may be instances that nobody knows any more."""
        table = self._run.table
        for instance in [key for key in table.live() if key.rpartition("#")[0] == name]:
            await table.child(instance).stop(now=True)

    async def _renew(self, name: str) -> None:
        run, spec = self._run, self._new[name]
        kept, before = run.kept[name], run.kept[name].profile.command
        if kept.spec.scan.policy != "quarantine" and spec.scan.policy == "quarantine":
            run.sessions.dismiss(name, ReloadEnded(server=name, reason="what it says is withheld from now on"))
        command = run.table.prepare(command_of(spec, run.environ))
        kept.profile = profile_of(spec, command, is_probed=run.is_probed)
        self._go_by(spec)
        await self._ask(name, Renew(profile=kept.profile), self._stop_s)
        run.table.forget(before)
        self._foresee(name)

    async def _adapt(self, name: str) -> None:
        run, spec = self._run, self._new[name]
        kept = run.kept[name]
        command, now = kept.profile.command, command_of(spec, run.environ)
        if run.table.command(command) != now:  # the same, but for what counts as a secret; launches may be on their way
            command = run.table.prepare(now)
        kept.profile = profile_of(spec, command, is_probed=run.is_probed)
        self._go_by(spec)
        await self._ask(name, Adapt(profile=kept.profile), ADAPT_S)

    def _go_by(self, spec: ServerSpec) -> None:
        """From here on the new entry is in force, also for an incarnation of the actor that is still to come."""
        prober = self._run.kept[spec.name].prober
        prober.go_by(limit_s=spec.startup.handshake_s, max_message_bytes=spec.max_message_bytes)
        self._follow(spec)
        self._say()  # nobody is let in by the old entry while the server goes over to the new one

    async def _ask(self, name: str, request: Adapt | Renew, timeout_s: float) -> None:
        """Ask an actor, anew if it crashed over it. Raises: AskFailed, AskTimeout."""
        for left in reversed(range(TRIES)):
            try:
                await self._run.bus.ask(path_of(name), request, Done, timeout_s=timeout_s)
            except AskFailed:
                if not left:
                    raise
                await trio.sleep(AGAIN_S)
            except AskTimeout:
                raise AskTimeout(
                    f"it has not ended within {timeout_s:g} s, and goes by the new entry once it has"
                ) from None
            else:
                return

    # ------------------------------------------------------------------------------------------ what is known of it

    def _follow(self, spec: ServerSpec) -> None:
        """Everybody who looks up how this server is configured finds the new entry."""
        self._run.kept[spec.name].spec = spec
        self._live[spec.name] = spec
        self._follow_elsewhere(spec)

    def _follow_elsewhere(self, spec: ServerSpec) -> None:
        self._run.ledger.know(spec.name, scan_terms_of(spec))
        self._run.sandbox.audit.stand(spec.name, standings_of(self._target).get(spec.name, Standing()))

    def _foresee(self, name: str) -> None:
        run = self._run
        only = replace(self._target, servers=(self._new[name],))
        for event in foreseen(only, run.environ, is_probed=run.is_probed):
            run.bus.publish(event, sender="scan")

    def _say(self) -> None:
        """Say what is in force at this moment."""
        live, old = self._live, self._old
        names = [name for name in dict.fromkeys((*self._target.order, *old.order)) if name in live]
        invalid = tuple(entry for entry in old.invalid if entry.name not in live)
        remote = tuple(entry for entry in old.remote if entry.name not in live)
        self._run.names = tuple(names)
        self._run.config = replace(
            old,
            servers=tuple(live[name] for name in names),
            invalid=invalid,
            remote=remote,
            order=(*names, *(entry.name for entry in invalid), *(entry.name for entry in remote)),
            settings=self._target.settings,
        )

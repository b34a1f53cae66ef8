"""Speaking to an engine: the one file that knows the docker SDK.

The SDK blocks, so every question is asked in a worker thread of a limiter of its own, with a time-out of the socket and
a bound of ours above it (a thread that hangs is left behind and ends by itself). It is loaded by the first question.
What it raises is translated here, once, by `causes`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from supervisor.container import causes, endpoint, place
from supervisor.container.endpoint import Endpoint
from supervisor.container.facts import (
    ACTIONS,
    RUNNING,
    ContainerFacts,
    ContainerState,
    EngineFacts,
    ImageFacts,
    container_facts,
    container_state,
    engine_facts,
    image_facts,
)
from supervisor.container.pulling import Pull, advanced
from supervisor.container.pump import Events, Stream, StreamFailed, keep_open
from supervisor.engine.messages import Seen
from supervisor.errors import ContainerRefused, EngineNotResponding, LaunchError, Problem

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

QUESTION_S = 5.0
"""Seconds for an answer: an engine answers in milliseconds, and a busy machine is still far below this."""
ORDER_S = 10.0
"""Seconds for an engine to kill or remove, and to say that it has stopped something once its patience is over."""
SLACK_S = 1.0
"""Between the time-out of a socket and ours, which ends what has no socket's (ssh, a trickling answer)."""
QUESTIONS_AT_ONCE = 8
ORDERS_AT_ONCE = 128
"""Threads that wait for stops, kills and removals: all servers stop in parallel, and no question waits behind them."""
PULLS_AT_ONCE = 4
GONE = 404
IDLE = 409
"""There is nothing to be done: it does not run, or somebody is doing it already."""

Answer = TypeVar("Answer")
Environment = Callable[[str], Awaitable[Mapping[str, str]]]
"""Gives the environment in which the docker command at this path runs."""


class AskFailed(Exception):  # noqa: N818 - it says what came, not what is wrong
    """A question came to nothing; what the SDK raised is its cause."""


class Engine:
    """One engine, the one that the docker command at this path talks to in this environment.

    Every method raises LaunchError: with a problem of the engine if it gave no answer, ContainerRefused if it refused.
    """

    def __init__(self, docker: str, environment: Mapping[str, str]) -> None:
        self.docker = docker
        self.environment = environment
        self.host = ""
        """The engine's address without user name and password; empty until something was asked."""
        self.socket_path = ""
        """The socket of a local engine; empty if it is none, or nothing was asked."""
        self.questions = 0
        """Requests so far, those of the streams included."""
        self._client: APIClient | None = None
        self._failure: Problem | None = None
        """Of the last try to connect."""
        self._failed_at = -inf
        self._connecting = trio.Lock()
        self._asking = trio.CapacityLimiter(QUESTIONS_AT_ONCE)
        self._ordering = trio.CapacityLimiter(ORDERS_AT_ONCE)
        self._pulling = trio.CapacityLimiter(PULLS_AT_ONCE)

    async def ping(self) -> None:
        """See that the engine answers; it does so without its containerd."""
        await self._ask(lambda client: client.ping(), is_of_engine=True)

    async def health(self) -> str:
        """See that the engine and the containerd below it answer; the engine's version."""
        version: dict[str, Any] = await self._ask(lambda client: client.version(), is_of_engine=True)
        return str(version.get("Version", ""))

    async def facts(self) -> EngineFacts:
        """What the engine is."""
        info = await self._ask(lambda client: client.info(), is_of_engine=True)
        version = await self._ask(lambda client: client.version(), is_of_engine=True)
        return engine_facts(info, version, self.host)

    async def answer(self, path: str, *, limit_s: float = QUESTION_S) -> Any:
        """What the engine says to a plain question (`/info`), as it says it."""
        ask = partial(_plain_answer, path=path, limit_s=limit_s)
        return await self._ask(ask, limit_s=limit_s, is_of_engine=True)

    async def image(self, name: str) -> ImageFacts | None:
        """The image of this name, None if it is not on the engine. Raises: LaunchError, ImageNotFound for no name."""
        try:
            found = await self._ask(lambda client: _unless(lambda: client.inspect_image(name), GONE))
        except LaunchError as error:
            if isinstance(error.problem, ContainerRefused):
                raise LaunchError(causes.pull_problem(name, error.problem.reason)) from error
            raise
        return None if found is None else image_facts(name, found)

    async def state(self, container: str) -> ContainerState | None:
        """How a container stands, None if it is gone."""
        found = await self._ask(lambda client: _unless(lambda: client.inspect_container(container), GONE))
        return None if found is None else container_state(found)

    async def runs(self, container: str) -> bool:
        """Whether it runs, paused or not. By a listing: who inspects a container waits until its start is over."""
        listed = await self._ask(lambda client: client.containers(all=True, filters={"id": container}))
        return any(one.id == container and one.status in RUNNING for one in map(container_facts, listed))

    async def find(self, labels: Mapping[str, str]) -> list[ContainerFacts]:
        """All containers that have all of these labels with exactly these values, stopped ones too."""
        listed = await self._ask(lambda client: client.containers(all=True, filters={"label": _equal(labels)}))
        found = [container_facts(entry) for entry in listed]
        return [one for one in found if labels.items() <= one.labels.items()]

    async def processes(self, container: str) -> int | None:
        """How many processes run in a container, as containerd says it; None if it is gone or does not run."""
        found = await self._ask(lambda client: _unless(lambda: client.top(container), GONE, IDLE))
        return None if found is None else len(found.get("Processes") or ())

    async def stop(self, container: str, seconds: float) -> None:
        """Have it ended by SIGTERM, by SIGKILL after so many seconds (in whole ones); one that is gone is no error."""
        patience_s = max(0, round(seconds))
        path = f"/containers/{container}/stop"
        await self._order("POST", path, {"t": patience_s}, limit_s=patience_s + ORDER_S)

    async def kill(self, container: str) -> None:
        """Have it ended by SIGKILL; one that is gone or does not run is no error."""
        await self._order("POST", f"/containers/{container}/kill", {})

    async def remove(self, container: str) -> None:
        """Have it removed with its unnamed volumes, running or not; one that is gone or being removed is no error."""
        await self._order("DELETE", f"/containers/{container}", {"force": 1, "v": 1})

    async def pull(self, name: str, on_progress: Callable[[int | None], None], *, platform: str | None = None) -> None:
        """Fetch an image; `on_progress` gets the percentage when it changes, and may neither block nor raise.

        It has no bound of its own; cancelling it ends the pull on the engine too.
        Raises: LaunchError, with ImageNotFound, ImageWrongPlatform, ImagePullFailed or a problem of the engine.
        """
        client = await self._connected()
        self.questions += 1
        stream = Stream(partial(_begin_pull, client, self.environment, name, platform), self._pulling)
        pull = Pull()
        try:
            await stream.begin()
            while (line := await stream.next()) is not None and not pull.error:
                before, pull = pull.percent, advanced(pull, line)
                if pull.percent != before:
                    on_progress(pull.percent)
        except StreamFailed as error:
            if causes.is_refusal(error):
                problem = causes.pull_problem(name, causes.words_of(error), causes.status_of(error))
                raise LaunchError(problem) from error
            raise self._lost(error, client) from error
        finally:
            stream.cut()
        if pull.error:
            raise LaunchError(causes.pull_problem(name, pull.error))

    async def events(self, labels: Mapping[str, str]) -> Events:
        """Begin to listen to what happens to containers with these labels, by a connection made anew.

        When it returns, nothing that happens from then on is missed, and the engine and its containerd have answered.
        """
        self.forget()
        client = await self._connected()
        self.questions += 1
        filters: dict[str, list[str]] = {"type": ["container"], "event": [*ACTIONS], "label": _equal(labels)}
        stream = Stream(partial(_begin_events, client, filters), trio.CapacityLimiter(1))
        try:
            with trio.fail_after(QUESTION_S + SLACK_S):
                await stream.begin()
        except (StreamFailed, trio.TooSlowError) as error:
            raise self._lost(error, client) from error
        return Events(stream, lambda error: self._lost(error, client))

    async def follow(self, labels: Mapping[str, str], on_seen: Callable[[Seen], None]) -> None:
        """Tell what happens to containers with these labels, until the stream ends, which always raises."""
        async with await self.events(labels) as events:
            while True:
                on_seen(await events.next())

    def forget(self) -> None:
        """Make a new connection for the next question: the address may be another one by now."""
        client, self._client = self._client, None
        if client is not None:
            client.close()  # those that are in use close when their answers are there

    async def _order(self, method: str, path: str, params: dict[str, int], *, limit_s: float = ORDER_S) -> None:
        order = partial(_give_order, method=method, path=path, params=params, limit_s=limit_s)
        await self._ask(order, limit_s=limit_s, limiter=self._ordering)

    async def _ask(
        self,
        question: Callable[[Any], Answer],
        *,
        limit_s: float = QUESTION_S,
        limiter: trio.CapacityLimiter | None = None,
        is_of_engine: bool = False,
    ) -> Answer:
        client = await self._connected()
        self.questions += 1
        try:
            return await _in_thread(partial(question, client), limiter or self._asking, limit_s)
        except (AskFailed, trio.TooSlowError) as error:
            if causes.status_of(error) and not is_of_engine:
                raise LaunchError(causes.refusal(error, self.host)) from error
            raise self._lost(error, client) from error

    async def _connected(self) -> APIClient:
        """The connection. Who waited for one that failed gets that failure, rather than a try of his own behind it."""
        asked_at = trio.current_time()
        async with self._connecting:
            if self._client is None:
                if self._failure is not None and self._failed_at > asked_at:
                    raise LaunchError(self._failure)
                try:
                    self._client = await self._connect()
                except LaunchError as error:
                    self._failure, self._failed_at = error.problem, trio.current_time()
                    raise
            return self._client

    async def _connect(self) -> APIClient:
        """Find the engine's address and shake hands, which proves that its containerd answers too."""
        where = await place.find(self.docker, self.environment)
        self.host, self.socket_path = where.shown, endpoint.socket_path(where.host)
        self.questions += 1
        try:
            return await _in_thread(partial(_client, where), self._asking, QUESTION_S)
        except (AskFailed, trio.TooSlowError) as error:
            raise self._lost(error, None) from error

    def _lost(self, error: BaseException, client: APIClient | None) -> LaunchError:
        """Translate an error that came instead of an answer; what was connected is so no longer, unless it is slow."""
        problem = causes.engine_problem(error, self.host)
        if client is not None and self._client is client and not isinstance(problem, EngineNotResponding):
            self.forget()
        return LaunchError(problem)


class Engines:
    """The engines of this process, one for each docker command."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._engines: dict[str, Engine] = {}
        self._opening = trio.Lock()

    async def at(self, docker: str) -> Engine:
        """The engine that the docker command at this path talks to; nothing is asked of it yet."""
        async with self._opening:
            if docker not in self._engines:
                self._engines[docker] = Engine(docker, await self._environment(docker))
            return self._engines[docker]

    @property
    def questions(self) -> int:
        """Requests to all of them so far."""
        return sum(engine.questions for engine in self._engines.values())

    def close(self) -> None:
        """End all connections but those that are in use."""
        for engine in self._engines.values():
            engine.forget()


# ------------------------------------------------------------------------------------------- what runs in the threads


async def _in_thread(work: Callable[[], Answer], limiter: trio.CapacityLimiter, limit_s: float) -> Answer:
    """Raises: AskFailed; trio.TooSlowError."""

    def carry_out() -> Answer:
        try:
            return work()
        except Exception as error:
            raise AskFailed from error  # the SDK and what is below it raise all kinds

    with trio.fail_after(limit_s + SLACK_S):
        return await trio.to_thread.run_sync(carry_out, abandon_on_cancel=True, limiter=limiter)


def _client(where: Endpoint) -> APIClient:
    from docker import APIClient
    from docker.tls import TLSConfig

    from supervisor.container.transport import Adapter

    class Client(APIClient):
        def _retrieve_server_version(self) -> str:
            """The first request, which is sent before anybody has the client in hand."""
            self.trust_env = False  # no proxies, netrc or certificates of our own environment's
            if socket_path:
                self._custom_adapter = Adapter(f"http+unix://{socket_path}", int(QUESTION_S))
                self.mount("http+docker://", self._custom_adapter)
            return str(super()._retrieve_server_version())  # type: ignore[misc]  # the stubs show no private names

    socket_path = endpoint.socket_path(where.host)
    tls: TLSConfig | bool = False
    if where.tls:
        ca, cert, key = (_existing(where.certificates, name) for name in ("ca.pem", "cert.pem", "key.pem"))
        tls = TLSConfig(client_cert=(cert, key) if cert and key else None, ca_cert=ca, verify=where.verify)
    return Client(base_url=where.host, version="auto", timeout=int(QUESTION_S), tls=tls, use_ssh_client=True)


def _existing(folder: str, name: str) -> str | None:
    path = os.path.join(folder, name)
    return path if folder and os.path.isfile(path) else None


def _equal(labels: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in labels.items()]


def _unless(call: Callable[[], Answer], *statuses: int) -> Answer | None:
    """Answer None where the engine refuses by one of these statuses."""
    from docker.errors import APIError

    try:
        return call()
    except APIError as error:
        if causes.status_of(error) in statuses:
            return None
        raise


def _give_order(client: APIClient, *, method: str, path: str, params: dict[str, int], limit_s: float) -> None:
    """Not by the SDK's own calls, whose time-outs are those of questions."""
    url = f"{client.base_url}/v{client.api_version}{path}"
    _unless(lambda: _checked(client.request(method, url, params=params, timeout=limit_s)), GONE, IDLE)


def _plain_answer(client: APIClient, *, path: str, limit_s: float) -> Any:
    return _checked(client.get(f"{client.base_url}/v{client.api_version}{path}", timeout=limit_s)).json()


def _begin_events(client: APIClient, filters: dict[str, list[str]]) -> Response:
    """Not by the SDK's own call: that one waits for the head of the answer without a bound."""
    url = f"{client.base_url}/v{client.api_version}/events"
    response = client.get(url, params={"filters": json.dumps(filters)}, stream=True, timeout=QUESTION_S)
    keep_open(_checked(response))
    return response


def _begin_pull(client: APIClient, environment: Mapping[str, str], name: str, platform: str | None) -> Response:
    """Not by the SDK's own call: that one hides the answer, which is what a pull is cancelled by."""
    from docker.auth import resolve_repository_name
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)
    registry, _ = resolve_repository_name(repository)
    params = {"fromImage": repository, "tag": tag or "latest", **({"platform": platform} if platform else {})}
    url = f"{client.base_url}/v{client.api_version}/images/create"
    headers = _credentials(environment, registry)
    return _checked(client.post(url, params=params, headers=headers, stream=True, timeout=(QUESTION_S, None)))


def _credentials(environment: Mapping[str, str], registry: str) -> dict[str, str]:
    """What the docker command would show a registry: of its own config and PATH, where the SDK looks into ours."""
    from docker.auth import AuthConfig, encode_header
    from docker.credentials import Store

    class Credentials(Store):
        def __init__(self, name: str) -> None:
            self.program = f"docker-credential-{name}"
            self.exe = shutil.which(self.program, path=environment.get("PATH"))
            self.environment = dict(environment)

    class Configured(AuthConfig):
        def _get_store_instance(self, name: str) -> Store:
            return Credentials(name)

    path = place.config_file(environment)
    if not path.is_file():
        return {}
    found = Configured.load_config(str(path), None).resolve_authconfig(registry)
    return {"X-Registry-Auth": encode_header(found).decode()} if found else {}


def _checked(response: Response) -> Response:
    """Raises: docker.errors.APIError, if the engine refused."""
    from docker.errors import create_api_error_from_http_exception
    from requests import HTTPError

    try:
        response.raise_for_status()
    except HTTPError as error:
        create_api_error_from_http_exception(error)
    return response

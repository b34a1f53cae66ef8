"""The docker SDK's client as it is used here: what runs in the worker threads of `effects`, and blocks.

Loaded with the SDK, by the first question. Everything here raises what the SDK and the libraries below it raise.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from docker import APIClient
from docker.auth import AuthConfig, encode_header, resolve_repository_name
from docker.credentials import Store
from docker.errors import APIError, create_api_error_from_http_exception
from docker.tls import TLSConfig
from docker.utils import parse_repository_tag
from requests import HTTPError

from supervisor.container import causes, endpoint, place
from supervisor.container.endpoint import Endpoint
from supervisor.container.pump import keep_open
from supervisor.container.transport import Adapter

if TYPE_CHECKING:
    from requests import Response

GONE = 404
IDLE = 409
"""There is nothing to be done: it does not run, or somebody is doing it already."""

Answer = TypeVar("Answer")


class Client(APIClient):
    """A connection to one engine; making it asks the first question."""

    def __init__(self, where: Endpoint, limit_s: float) -> None:
        """`limit_s` is the time-out of the socket, in whole seconds."""
        self._socket_path = endpoint.socket_path(where.host)
        super().__init__(
            base_url=where.host, version="auto", timeout=int(limit_s), tls=_tls(where), use_ssh_client=True
        )  # fmt: skip

    def image_there(self, name: str) -> Any:
        """What the engine says of an image, None if it does not have it."""
        return _unless(lambda: self.inspect_image(name), GONE)  # type: ignore[no-untyped-call]  # the stubs know no type

    def container_there(self, container: str) -> Any:
        """What the engine says of a container, None if it is gone."""
        return _unless(lambda: self.inspect_container(container), GONE)

    def processes(self, container: str) -> Any:
        """What runs in a container, None if it is gone or does not run."""
        return _unless(lambda: self.top(container), GONE, IDLE)

    def order(self, method: str, path: str, params: dict[str, int], *, limit_s: float) -> None:
        """Not by the SDK's own calls, whose time-outs are those of questions."""
        url = self._address(path)
        _unless(lambda: _checked(self.request(method, url, params=params, timeout=limit_s)), GONE, IDLE)

    def answer(self, path: str, *, limit_s: float) -> Any:
        """What the engine says to a plain question, as it says it."""
        return _checked(self.get(self._address(path), timeout=limit_s)).json()

    def begin_events(self, filters: dict[str, list[str]]) -> Response:
        """Not by the SDK's own call: that one waits for the head of the answer without a bound."""
        params = {"filters": json.dumps(filters)}
        response = self.get(self._address("/events"), params=params, stream=True, timeout=self.timeout)
        keep_open(_checked(response))
        return response

    def begin_pull(self, environment: Mapping[str, str], name: str, platform: str | None) -> Response:
        """Not by the SDK's own call: that one hides the answer, which is what a pull is cancelled by."""
        repository, tag = parse_repository_tag(name)
        registry, _ = resolve_repository_name(repository)
        params = {"fromImage": repository, "tag": tag or "latest", **({"platform": platform} if platform else {})}
        headers, limits = _credentials(environment, registry), (self.timeout, None)
        address = self._address("/images/create")
        return _checked(self.post(address, params=params, headers=headers, stream=True, timeout=limits))

    def _address(self, path: str) -> str:
        return f"{self.base_url}/v{self.api_version}{path}"

    def _retrieve_server_version(self) -> str:
        """The first request, which is sent before anybody has the client in hand."""
        self.trust_env = False  # no proxies, netrc or certificates of our own environment's
        if self._socket_path:
            self._custom_adapter = Adapter(f"http+unix://{self._socket_path}", self.timeout)
            self.mount("http+docker://", self._custom_adapter)
        return str(super()._retrieve_server_version())  # type: ignore[misc]  # the stubs show no private names


def _tls(where: Endpoint) -> TLSConfig | bool:
    if not where.tls:
        return False
    ca, cert, key = (_existing(where.certificates, name) for name in ("ca.pem", "cert.pem", "key.pem"))
    return TLSConfig(client_cert=(cert, key) if cert and key else None, ca_cert=ca, verify=where.verify)


def _existing(folder: str, name: str) -> str | None:
    path = os.path.join(folder, name)
    return path if folder and os.path.isfile(path) else None


def _unless(call: Callable[[], Answer], *statuses: int) -> Answer | None:
    """Answer None where the engine refuses by one of these statuses."""
    try:
        return call()
    except APIError as error:
        if causes.status_of(error) in statuses:
            return None
        raise


def _credentials(environment: Mapping[str, str], registry: str) -> dict[str, str]:
    """What the docker command would show a registry: of its own config and PATH, where the SDK looks into ours."""

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
    try:
        response.raise_for_status()
    except HTTPError as error:
        create_api_error_from_http_exception(error)
    return response

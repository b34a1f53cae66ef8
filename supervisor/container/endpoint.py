"""Where the engine is: DOCKER_HOST, else the context in force, else the well-known socket; as the docker command says.

Pure: environments and texts come in. That the docker command and we ask the same engine rests on this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import join
from typing import Literal

import msgspec
from msgspec import Struct

DEFAULT_HOST = "unix:///var/run/docker.sock"
"""The docker command's own, where neither a host nor a context is named."""

_USERINFO = re.compile(r"//[^/@\s]*@")


class Endpoint(Struct, frozen=True, kw_only=True):
    """An engine's address, and what proves both sides to each other there."""

    host: str
    tls: bool = False
    verify: bool = True
    """The engine's certificate has to be good. Only with `tls`."""
    certificates: str = ""
    """The folder with `ca.pem`, `cert.pem` and `key.pem`, as far as they exist."""

    @property
    def shown(self) -> str:
        """The address without user name and password, for people and messages."""
        return without_userinfo(self.host)


class Docker(Struct, frozen=True, kw_only=True):
    """The endpoint of a context that reaches an engine, in the words of `docker context inspect`."""

    host: str = msgspec.field(name="Host", default="")
    skip_verify: bool = msgspec.field(name="SkipTLSVerify", default=False)


class _Endpoints(Struct, frozen=True, kw_only=True):
    docker: Docker = Docker()


class _Storage(Struct, frozen=True, kw_only=True):
    tls: str = msgspec.field(name="TLSPath", default="")


class _Context(Struct, frozen=True, kw_only=True):
    endpoints: _Endpoints = msgspec.field(name="Endpoints", default=_Endpoints())
    material: dict[str, list[str]] = msgspec.field(name="TLSMaterial", default_factory=dict)
    storage: _Storage = msgspec.field(name="Storage", default=_Storage())


class _Config(Struct, frozen=True, kw_only=True):
    current: str = msgspec.field(name="currentContext", default="")


def config_folder(environment: Mapping[str, str]) -> str:
    """Where the docker command keeps its config and its contexts."""
    return environment.get("DOCKER_CONFIG") or join(environment.get("HOME") or "/", ".docker")


Decider = Literal["DOCKER_HOST", "DOCKER_CONTEXT", "currentContext", "default"]
"""What says which engine is meant: a variable, the docker command's own config, or nothing."""


def decider(environment: Mapping[str, str], config: bytes) -> Decider:
    """Say what decides, in the docker command's own order. A context that is named `default` decides nothing."""
    if environment.get("DOCKER_HOST"):
        return "DOCKER_HOST"
    if not context_named(environment, config):
        return "default"
    return "DOCKER_CONTEXT" if environment.get("DOCKER_CONTEXT") else "currentContext"


def context_named(environment: Mapping[str, str], config: bytes) -> str:
    """The context in force if no host is: empty for the default one. `config` is the text of the command's config.

    A config that cannot be read names none: the docker command itself warns and goes on without it.
    """
    named = environment.get("DOCKER_CONTEXT")
    if not named:
        try:
            named = msgspec.json.decode(config, type=_Config).current
        except msgspec.MsgspecError:
            named = ""
    return "" if named == "default" else named


def from_environment(environment: Mapping[str, str]) -> Endpoint:
    """The endpoint where no context is in force; an empty DOCKER_HOST is none."""
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    folder = environment.get("DOCKER_CERT_PATH") or config_folder(environment)
    host = environment.get("DOCKER_HOST") or DEFAULT_HOST
    return Endpoint(host=host, tls=verify, verify=verify, certificates=folder if verify else "")


def of_context(inspected: bytes) -> Endpoint | None:
    """The endpoint of one context as `docker context inspect` shows it; None if it shows none."""
    try:
        found = msgspec.json.decode(inspected, type=_Context)
    except msgspec.MsgspecError:
        return None
    docker = found.endpoints.docker
    if not docker.host:
        return None
    has_material = bool(found.material.get("docker"))
    return Endpoint(
        host=docker.host,
        tls=has_material or docker.skip_verify,
        verify=not docker.skip_verify,
        certificates=join(found.storage.tls, "docker") if has_material else "",
    )


def socket_path(host: str) -> str:
    """The path of the socket at which a local engine listens; empty if it is not of that kind."""
    return host.removeprefix("unix://") if host.startswith("unix:///") else ""


def without_userinfo(text: str) -> str:
    """Strip user names and passwords from all addresses in a text."""
    return _USERINFO.sub("//", text)

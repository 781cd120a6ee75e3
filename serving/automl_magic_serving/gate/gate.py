"""Gate: says who asks, and whether they may, before anything of a request's body is read."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256

from automl_magic_serving.gate.callers import ANYBODY, Caller
from automl_magic_serving.gate.hub import Hub
from automl_magic_serving.gate.pace import Pace
from automl_magic_serving.gate.problem import Problem, forbidden, unauthenticated

_LONGEST_TOKEN = 4096
Keys = Mapping[bytes, Caller]


class AuthMode(StrEnum):
    """Whether a request must say who sends it.

    `auto`: where the server listens on this machine alone, and no key was ever made, it need not.
    """

    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


class Gate:
    """The table of keys, the rates, the Hub: everything that decides whether a request comes in.

    Parameters
    ----------
    keys : callable
        Returns the keys that open something now, by the SHA-256 of their secrets, and whether any
        key was ever made. It is called for every request, and must only look: whoever made it
        keeps the table fresh.
    loopback : bool
        Whether the server listens on a loopback address and nowhere else.
    """

    def __init__(
        self,
        keys: Callable[[], tuple[Keys, bool]],
        *,
        mode: AuthMode = AuthMode.AUTO,
        loopback: bool = False,
        pace: Pace | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._keys, self._mode, self._loopback = keys, mode, loopback
        self._pace, self._hub = pace or Pace(), hub

    @property
    def is_open(self) -> bool:
        """Whether a request needs no key at the moment."""
        if self._mode is AuthMode.OFF:
            return True
        return self._mode is AuthMode.AUTO and self._loopback and not self._keys()[1]

    async def admit(
        self,
        authorization: bytes | None,
        *,
        deployment: str | None = None,
        host: bytes | None = None,
        origin: bytes | None = None,
        local: bool = False,
    ) -> Caller:
        """Return who asks.

        Parameters
        ----------
        deployment : str, optional
            What is asked. None where it is not known yet: then call `check` when it is.
        host, origin : bytes, optional
            Headers. Without keys, other sites' pages in a browser here must not be able to ask.
        local : bool
            Whether the host needs no look: gRPC cannot be spoken by a page.

        Raises
        ------
        Problem
            401 nobody known, 403 not this deployment, 429 too often, 503 the Hub is silent.
        """
        if authorization is None:
            if not self.is_open:
                raise unauthenticated("This server needs an API key.")
            if self._mode is AuthMode.AUTO and not local:
                _check_here(host, origin)
            return ANYBODY
        caller = await self._caller(authorization)
        if deployment is not None:
            self.check(caller, deployment)
        self.charge(caller)
        return caller

    def check(self, caller: Caller, deployment: str) -> None:
        """Raise where a caller may not ask a deployment."""
        if not caller.may_ask(deployment):
            raise forbidden(f"This key may not ask {deployment!r}.")

    def charge(self, caller: Caller) -> None:
        """Count a request, and raise where it is one too many."""
        if caller.requests_per_s is None or caller.key_id is None:
            return
        wait = self._pace.wait_s(caller.key_id, caller.requests_per_s)
        if wait:
            raise Problem(
                429,
                "rate_limited",
                f"This key may ask {caller.requests_per_s:g} times a second.",
                retry_after_s=wait,
            )

    async def _caller(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.partition(b" ")
        token = token.strip()
        if scheme.lower() != b"bearer" or not token or len(token) > _LONGEST_TOKEN:
            raise unauthenticated("The header `Authorization` is not of the form `Bearer KEY`.")
        # A digest of what came is looked up: how long that takes says nothing about any key.
        digest = sha256(token).digest()
        caller = self._keys()[0].get(digest)
        if caller is None and self._hub is not None and not token.startswith(b"amk_"):
            caller = await self._hub.caller(digest, token.decode("latin-1"))
        if caller is None:
            if self._mode is AuthMode.OFF:
                return ANYBODY
            raise unauthenticated("This API key is not known, or is not valid any more.")
        if caller.expires_at is not None and caller.expires_at <= time.time():
            raise unauthenticated("This API key has expired.")
        return caller


def retry_after(seconds: float) -> bytes:
    """Return the value of a `Retry-After` header: whole seconds, at least one."""
    return b"%d" % max(1, math.ceil(seconds))


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine and cannot be reached from another."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_here(host: bytes | None, origin: bytes | None) -> None:
    """Refuse what a page of another site could make a browser on this machine send."""
    name = (host or b"").decode("latin-1")
    bare = name.rpartition(":")[0] if not name.endswith("]") and ":" in name else name
    if not is_loopback(bare):
        raise Problem(
            403,
            "host_not_allowed",
            "Without API keys this server answers this machine alone.",
            [{"problem": f"The host asked for was {name[:100]!r}.", "fix": "Ask 127.0.0.1."}],
        )
    if origin is not None and origin.decode("latin-1").partition("://")[2] != name:
        raise Problem(403, "origin_not_allowed", "A page of another site may not ask this server.")

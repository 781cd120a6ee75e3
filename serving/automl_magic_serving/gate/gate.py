"""Gate: says who asks, and whether they may, before anything of a request's body is read."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import math
import time
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Engine

from automl_magic.store.keys import any_key_ever, load_keys
from automl_magic_serving.gate.callers import ANYBODY, Caller
from automl_magic_serving.gate.hub import Hub
from automl_magic_serving.gate.pace import Pace
from automl_magic_serving.gate.problem import Problem, forbidden, unauthenticated

REFRESH_S = 1.0
_LONGEST_TOKEN = 4096
Keys = Mapping[bytes, Caller]

_events = logging.getLogger(__name__)


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
    engine : Engine
        The store. Its keys are read every second, in a thread: one that is revoked stops working
        within two. Where the store does not answer, the last table stays.
    loopback : bool
        Whether the server listens on a loopback address and nowhere else.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        mode: AuthMode = AuthMode.AUTO,
        loopback: bool = False,
        pace: Pace | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._engine, self._mode, self._loopback = engine, mode, loopback
        self._pace, self._hub = pace or Pace(), hub
        self._keys, self._any_key = _read(engine)
        self._refreshing: asyncio.Task[None] | None = None
        self._stale = False

    @property
    def is_open(self) -> bool:
        """Whether a request needs no key at the moment."""
        if self._mode is AuthMode.OFF:
            return True
        return self._mode is AuthMode.AUTO and self._loopback and not self._any_key

    async def start(self) -> None:
        """Begin to follow the store. Must be called in the loop that serves."""
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop to follow the store."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refreshing
            self._refreshing = None

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
        caller = self._keys.get(digest)
        if caller is None and self._hub is not None and not token.startswith(b"amk_"):
            caller = await self._hub.caller(digest, token.decode("latin-1"))
        if caller is None:
            if self._mode is AuthMode.OFF:
                return ANYBODY
            raise unauthenticated("This API key is not known, or is not valid any more.")
        if caller.expires_at is not None and caller.expires_at <= time.time():
            raise unauthenticated("This API key has expired.")
        return caller

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                self._keys, self._any_key = await asyncio.to_thread(_read, self._engine)
            except Exception as error:  # noqa: BLE001 - whatever the store does, we serve on
                if not self._stale:
                    _events.warning("keys_not_read", extra={"error": type(error).__name__})
                self._stale = True
            else:
                self._stale = False


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


def _read(engine: Engine) -> tuple[Keys, bool]:
    """Return the keys that open something now, by the digest of their secrets, and whether any was.

    Whether there ever was one is asked first: a key that is made in between closes the door late,
    never opens it.
    """
    any_key = any_key_ever(engine)
    keys = {
        bytes.fromhex(key.sha256): Caller(
            key.id, frozenset(key.deployments), key.requests_per_s, key.expires_at
        )
        for key in load_keys(engine).values()
    }
    return keys, any_key or bool(keys)


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

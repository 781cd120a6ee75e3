"""Authentication and access control, before the request's body is read."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256

from automl_magic_serving.auth.callers import ANONYMOUS, Caller
from automl_magic_serving.auth.hub import Hub
from automl_magic_serving.auth.problem import HttpProblem, forbidden_error, unauthenticated_error
from automl_magic_serving.auth.rate_limit import RateLimiter

_MAX_TOKEN_LENGTH = 4096
Keys = Mapping[bytes, Caller]


class AuthMode(StrEnum):
    """Whether a request needs a key.

    `auto`: no key is needed if the server listens only on loopback and no key was ever created.
    """

    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


class AccessControl:
    """Decides whether a request is accepted: API keys, rate limits and JupyterHub tokens.

    Parameters
    ----------
    keys : callable
        Returns the valid keys by the SHA-256 of their secrets, and whether any key was ever
        created. It is called for every request, so it must be fast: the caller keeps the table
        up to date.
    loopback : bool
        Whether the server listens only on a loopback address.
    """

    def __init__(
        self,
        keys: Callable[[], tuple[Keys, bool]],
        *,
        mode: AuthMode = AuthMode.AUTO,
        loopback: bool = False,
        rate_limiter: RateLimiter | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._keys, self._mode, self._loopback = keys, mode, loopback
        self._rate_limiter, self._hub = rate_limiter or RateLimiter(), hub

    @property
    def allows_anonymous(self) -> bool:
        """Whether requests are currently accepted without a key."""
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
        """Authenticate a request and return its caller.

        Parameters
        ----------
        deployment : str, optional
            The requested deployment. If it isn't known yet, pass None and call `check` later.
        host, origin : bytes, optional
            Headers. Without keys, web pages from other sites must not reach the server.
        local : bool
            Whether to skip the host check: web pages can't make gRPC calls.

        Raises
        ------
        Problem
            401 unknown key, 403 no access to the deployment, 429 rate limit, 503 Hub unreachable.
        """
        if authorization is None:
            if not self.allows_anonymous:
                raise unauthenticated_error("This server requires an API key.")
            if self._mode is AuthMode.AUTO and not local:
                _check_local_request(host, origin)
            return ANONYMOUS
        caller = await self._caller(authorization)
        if deployment is not None:
            self.check_access(caller, deployment)
        self.check_rate(caller)
        return caller

    def check_access(self, caller: Caller, deployment: str) -> None:
        """Raise a 403 if the caller can't use the deployment."""
        if not caller.can_call(deployment):
            raise forbidden_error(f"This key has no access to deployment {deployment!r}.")

    def check_rate(self, caller: Caller) -> None:
        """Count a request, and raise a 429 if it exceeds the key's rate limit."""
        if caller.requests_per_s is None or caller.key_id is None:
            return
        wait = self._rate_limiter.wait_s(caller.key_id, caller.requests_per_s)
        if wait:
            raise HttpProblem(
                429,
                "rate_limited",
                f"This key is limited to {caller.requests_per_s:g} requests per second.",
                retry_after_s=wait,
            )

    async def _caller(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.partition(b" ")
        token = token.strip()
        if scheme.lower() != b"bearer" or not token or len(token) > _MAX_TOKEN_LENGTH:
            raise unauthenticated_error(
                "The `Authorization` header must have the form `Bearer KEY`."
            )
        # The lookup uses the token's digest, so its timing reveals nothing about any key.
        digest = sha256(token).digest()
        caller = self._keys()[0].get(digest)
        if caller is None and self._hub is not None and not token.startswith(b"amk_"):
            caller = await self._hub.caller(digest, token.decode("latin-1"))
        if caller is None:
            if self._mode is AuthMode.OFF:
                return ANONYMOUS
            raise unauthenticated_error("This API key is unknown or no longer valid.")
        if caller.expires_at is not None and caller.expires_at <= time.time():
            raise unauthenticated_error("This API key has expired.")
        return caller


def retry_after(seconds: float) -> bytes:
    """Return the value of a `Retry-After` header: whole seconds, at least one."""
    return b"%d" % max(1, math.ceil(seconds))


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_local_request(host: bytes | None, origin: bytes | None) -> None:
    """Reject requests that another site's page could make a local browser send."""
    address = (host or b"").decode("latin-1")
    hostname = (
        address.rpartition(":")[0] if not address.endswith("]") and ":" in address else address
    )
    if not is_loopback(hostname):
        raise HttpProblem(
            403,
            "host_not_allowed",
            "Without API keys, this server accepts only local requests.",
            [{"problem": f"The host was {address[:100]!r}.", "fix": "Send requests to 127.0.0.1."}],
        )
    if origin is not None and origin.decode("latin-1").partition("://")[2] != address:
        raise HttpProblem(403, "origin_not_allowed", "Pages of other sites can't call this server.")

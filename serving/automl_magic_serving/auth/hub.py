"""JupyterHub tokens: the Hub says who owns a token, and the result is cached for a minute."""

from __future__ import annotations

import asyncio
import json
import os
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from automl_magic_serving.auth.callers import Caller
from automl_magic_serving.auth.problem import HttpProblem

CACHE_S = 60.0
MAX_CACHED = 10_000
TIMEOUT_S = 5.0
_MAX_CONCURRENT = 8
_MAX_RESPONSE_BYTES = 1_000_000


class Hub:
    """Authenticates tokens with `GET /user` of the Hub's API.

    A token has access to every deployment if its scopes contain `access:services!service=NAME`
    or `access:services`, JupyterHub's own scopes for using a service.
    """

    def __init__(self, api_url: str, service: str) -> None:
        if not api_url.startswith(("http://", "https://")):
            raise ValueError(f"JUPYTERHUB_API_URL isn't an http or https URL: {api_url!r}")
        self._url = api_url.rstrip("/") + "/user"
        self._scopes = {"access:services", f"access:services!service={service}"}
        self._cache: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()
        self._pending: dict[bytes, asyncio.Task[Caller | None]] = {}
        self._semaphore = asyncio.Semaphore(_MAX_CONCURRENT)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Hub | None:
        """Return the Hub that started this process, or None if there isn't one."""
        api_url = environ.get("JUPYTERHUB_API_URL")
        if not api_url:
            return None
        return cls(api_url, environ.get("JUPYTERHUB_SERVICE_NAME") or "automl-serving")

    async def caller(self, digest: bytes, token: str) -> Caller | None:
        """Return the owner of a token, or None if the token is unknown or lacks the scope.

        Parameters
        ----------
        digest : bytes
            SHA-256 of the token: tokens themselves aren't stored.
        """
        cached = self._cache.get(digest)
        if cached is not None and cached[0] > time.monotonic():
            return cached[1]
        task = self._pending.get(digest)
        if task is None:  # concurrent requests with a new token share one call to the Hub
            task = self._pending[digest] = asyncio.create_task(self._authenticate(digest, token))
            task.add_done_callback(lambda _: self._pending.pop(digest, None))
        return await asyncio.shield(task)

    async def _authenticate(self, digest: bytes, token: str) -> Caller | None:
        if len(self._pending) > MAX_CACHED:
            raise _unreachable_error("too many tokens are waiting")
        async with self._semaphore:
            model = await asyncio.to_thread(self._get, token)
        caller = None
        if model is not None and self._scopes & set(model.get("scopes") or ()):
            caller = Caller(key_id=f"hub:{model.get('name')}"[:40])
        self._cache[digest] = (time.monotonic() + CACHE_S, caller)
        self._cache.move_to_end(digest)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        return caller

    def _get(self, token: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"token {token}", "Accept": "application/json"}
        request = urllib.request.Request(self._url, headers=headers)  # noqa: S310 - see __init__
        try:
            with _OPENER.open(request, timeout=TIMEOUT_S) as response:
                model = json.loads(response.read(_MAX_RESPONSE_BYTES))
        except urllib.error.HTTPError as error:
            if error.code in (401, 403, 404):
                return None
            raise _unreachable_error(f"it responded with status {error.code}") from error
        except (OSError, ValueError) as error:
            raise _unreachable_error(type(error).__name__) from error
        return model if isinstance(model, dict) else None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirects: they would send the token to another server."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _unreachable_error(why: str) -> HttpProblem:
    return HttpProblem(
        503, "hub_unreachable", f"Can't check this token with JupyterHub: {why}.", retry_after_s=5
    )

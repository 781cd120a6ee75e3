"""Who may ask, what may be sent, and how a refusal reads: the ground that every route stands on.

A method of a route answers only where `require_permission` says by whom it may be asked. One
without it is refused: the default is no.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from http.client import responses
from types import TracebackType
from typing import Any, TypeAlias

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from automl_magic.errors import AutomlMagicError

MAX_BODY_BYTES = 1_200_000  # an experiment file of the largest size, as JSON
MAX_NUMBER = 2**53
_PERMISSION = "_automl_magic_permission"
Method: TypeAlias = Callable[..., Awaitable[None] | None]


class RequestError(web.HTTPError):
    """A request that is turned down: what happened, why, and what to do next."""

    def __init__(self, status: int, what: str, *, why: str, fix: str) -> None:
        # tornado puts `args` into `log_message` with %: the words go in as an argument.
        super().__init__(status, "%s", what)
        self.what, self.why, self.fix = what, why, fix

    @classmethod
    def from_error(cls, error: AutomlMagicError) -> RequestError:
        """Return an error of ours as the refusal of a request."""
        return cls(error.status, error.what, why=error.why, fix=error.fix)


def require_permission(action: str) -> Callable[[Method], Method]:
    """Let a method answer whoever is known and may do `action` to its handler's `auth_resource`.

    Parameters
    ----------
    action : {"read", "write", "execute"}
        What a Jupyter server's authorizer is asked about.
    """

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        async def telling(self: ApiHandler, *args: Any, **kwargs: Any) -> None:
            try:
                await ensure_async(method(self, *args, **kwargs))
            except AutomlMagicError as error:
                raise RequestError.from_error(error) from error

        guarded: Method = web.authenticated(authorized(action)(telling))
        setattr(guarded, _PERMISSION, action)
        return guarded

    return decorate


def permission_of(handler: type[web.RequestHandler], method: str) -> str | None:
    """Return what must be permitted for a method such as `GET`; None where it never answers."""
    return getattr(getattr(handler, method.lower(), None), _PERMISSION, None)


class ApiHandler(APIHandler):
    """A route. It answers JSON, takes JSON, and refuses everything that is not declared."""

    SUPPORTED_METHODS = ("GET", "POST")
    auth_resource = "automl-magic"

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whoever is not known, and what nobody is permitted to ask or to send."""
        await super().prepare()
        method = self.request.method or ""
        if getattr(type(self), method.lower()) is web.RequestHandler._unimplemented_method:
            raise web.HTTPError(405)
        if permission_of(type(self), method) is None:
            raise web.HTTPError(403)
        if method == "POST":
            self._check_body()

    def _check_body(self) -> None:
        if len(self.request.body) > MAX_BODY_BYTES:
            raise RequestError(
                413,
                "The request is too large.",
                why=f"It has {len(self.request.body):,} bytes; {MAX_BODY_BYTES:,} are the most.",
                fix="Send less: an experiment file is a page or two of text.",
            )
        sent = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        if sent != "application/json":
            raise RequestError(
                415,
                "The request is not JSON.",
                why=f"Its Content-Type is {sent[:60]!r}.",
                fix="Send Content-Type: application/json.",
            )

    def fields(self, **kinds: type) -> dict[str, Any]:
        """Return the fields of the body, each there and of its kind, and no other.

        Raises
        ------
        Refused
            If the body is no such object.
        """
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise _bad("The body is not JSON.", "It cannot be parsed.", kinds) from error
        if not isinstance(body, dict):
            raise _bad("The body is no JSON object.", f"It is a {type(body).__name__}.", kinds)
        if extra := sorted(set(body) - set(kinds)):
            raise _bad(f"The body has a field {extra[0][:60]!r}.", "It is not known.", kinds)
        for name, kind in kinds.items():
            if type(body.get(name)) is not kind:
                found = "missing" if name not in body else f"a {type(body[name]).__name__}"
                raise _bad(f"The field {name!r} cannot be used.", f"It is {found}.", kinds)
        return body

    def number(self, name: str, default: int, most: int = MAX_NUMBER) -> int:
        """Return a whole number from 0 to `most` of the query."""
        text = self.get_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 16) or int(text) > most:
            raise RequestError(
                400,
                f"{name} cannot be {text[:40]!r}.",
                why=f"It is a whole number from 0 to {most:,}.",
                fix=f"Leave it out, or use {name}={default}.",
            )
        return int(text)

    async def check_permission(self, action: str, resource: str) -> None:
        """Refuse whoever may not do this to another resource of the server, such as `contents`."""
        user = self.current_user
        allowed = self.authorizer.is_authorized(self, user, action, resource)
        if not await ensure_async(allowed):
            raise web.HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the three lines of an error; a surprise tells nothing of itself."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        self.finish(error_fields(status_code, error))

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log a refusal in one line, and a surprise with its traceback."""
        if isinstance(value, RequestError):
            self.log.info("%s %s: %s", self.request.method, self.request.path, value.what)
        else:
            super().log_exception(typ, value, tb)


def error_fields(status: int, error: BaseException | None) -> dict[str, str]:
    """Return what a client is told of an error."""
    if isinstance(error, RequestError):
        return {"what": error.what, "why": error.why, "fix": error.fix}
    if status >= 500:
        return {
            "what": "This did not work.",
            "why": "An error that was not foreseen; the log of the Jupyter server has it.",
            "fix": "Try again; if it stays, report it with that part of the log.",
        }
    return {
        "what": f"The request was refused: {responses.get(status, 'error').lower()}.",
        "why": f"The server answered with status {status}.",
        "fix": "Log in to the Jupyter server again, and reload the page.",
    }


def _bad(what: str, why: str, kinds: dict[str, type]) -> RequestError:
    known = ", ".join(f"{name} ({kind.__name__})" for name, kind in kinds.items())
    return RequestError(400, what, why=why, fix=f"Send a JSON object with {known or 'no field'}.")

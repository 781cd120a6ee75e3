"""The base class of all handlers: permissions, request bodies and errors.

Each method of a handler needs `require_permission`. A method without it rejects all requests.
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

MAX_BODY_BYTES = 1_200_000  # the largest experiment file, as JSON
MAX_NUMBER = 2**53
_PERMISSION = "_automl_magic_permission"
Method: TypeAlias = Callable[..., Awaitable[None] | None]


class RequestError(web.HTTPError):
    """A rejected request: what happened, why, and what to do."""

    def __init__(self, status: int, what: str, *, why: str, fix: str) -> None:
        # tornado formats `log_message` with %, so the text is an argument.
        super().__init__(status, "%s", what)
        self.what, self.why, self.fix = what, why, fix

    @classmethod
    def from_error(cls, error: AutomlMagicError) -> RequestError:
        """Convert an error of automl-magic."""
        return cls(error.status, error.what, why=error.why, fix=error.fix)


def require_permission(action: str) -> Callable[[Method], Method]:
    """Require an authenticated user who may do `action` on the handler's `auth_resource`.

    Parameters
    ----------
    action : {"read", "write", "execute"}
        Action that the Jupyter server's authorizer checks.
    """

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        async def translate_errors(self: ApiHandler, *args: Any, **kwargs: Any) -> None:
            try:
                await ensure_async(method(self, *args, **kwargs))
            except AutomlMagicError as error:
                raise RequestError.from_error(error) from error

        guarded: Method = web.authenticated(authorized(action)(translate_errors))
        setattr(guarded, _PERMISSION, action)
        return guarded

    return decorate


def permission_of(handler: type[web.RequestHandler], method: str) -> str | None:
    """Return the required action of a method such as `GET`, or None if it rejects all requests."""
    return getattr(getattr(handler, method.lower(), None), _PERMISSION, None)


class ApiHandler(APIHandler):
    """A route with JSON requests and responses. It rejects what it doesn't declare."""

    SUPPORTED_METHODS = ("GET", "POST")
    auth_resource = "automl-magic"

    async def prepare(self) -> None:  # type: ignore[override]
        """Reject unauthenticated users, methods without a permission, and invalid bodies."""
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
                why=f"It has {len(self.request.body):,} bytes. The limit is {MAX_BODY_BYTES:,}.",
                fix="Send a smaller request. An experiment file is usually a page or two of text.",
            )
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        if content_type != "application/json":
            raise RequestError(
                415,
                "The request isn't JSON.",
                why=f"Its Content-Type is {content_type[:60]!r}.",
                fix="Send Content-Type: application/json.",
            )

    def fields(self, **types: type) -> dict[str, Any]:
        """Return the fields of the body. It must have exactly these fields, of these types.

        Raises
        ------
        RequestError
            If the body has another form.
        """
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise _body_error("The body isn't JSON.", "It can't be parsed.", types) from error
        if not isinstance(body, dict):
            why = f"It is a {type(body).__name__}."
            raise _body_error("The body isn't a JSON object.", why, types)
        if extra := sorted(set(body) - set(types)):
            what = f"The body has an unknown field {extra[0][:60]!r}."
            raise _body_error(what, "This route doesn't use it.", types)
        for name, expected in types.items():
            if type(body.get(name)) is not expected:
                actual = "missing" if name not in body else f"a {type(body[name]).__name__}"
                raise _body_error(f"The field {name!r} is invalid.", f"It is {actual}.", types)
        return body

    def number(self, name: str, default: int, limit: int = MAX_NUMBER) -> int:
        """Return a query argument that is an integer from 0 to `limit`."""
        text = self.get_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 16) or int(text) > limit:
            raise RequestError(
                400,
                f"{name} can't be {text[:40]!r}.",
                why=f"It must be an integer from 0 to {limit:,}.",
                fix=f"Omit it, or use {name}={default}.",
            )
        return int(text)

    async def check_permission(self, action: str, resource: str) -> None:
        """Also require a permission on another resource of the server, such as `contents`."""
        user = self.current_user
        is_authorized = self.authorizer.is_authorized(self, user, action, resource)
        if not await ensure_async(is_authorized):
            raise web.HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send an error as what, why and fix, without details if it's unexpected."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        self.finish(error_fields(status_code, error))

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log a rejected request in one line, and an unexpected error with its traceback."""
        if isinstance(value, RequestError):
            self.log.info("%s %s: %s", self.request.method, self.request.path, value.what)
        else:
            super().log_exception(typ, value, tb)


def error_fields(status: int, error: BaseException | None) -> dict[str, str]:
    """Return the what, why and fix of an error for the client."""
    if isinstance(error, RequestError):
        return {"what": error.what, "why": error.why, "fix": error.fix}
    if status >= 500:
        return {
            "what": "The request failed.",
            "why": "An unexpected error occurred. The Jupyter server's log has the details.",
            "fix": "Try again. If the error persists, report it with that part of the log.",
        }
    return {
        "what": f"The request was refused: {responses.get(status, 'error').lower()}.",
        "why": f"The server returned status {status}.",
        "fix": "Log in to the Jupyter server again, then reload the page.",
    }


def _body_error(what: str, why: str, types: dict[str, type]) -> RequestError:
    fields = ", ".join(f"{name} ({expected.__name__})" for name, expected in types.items())
    return RequestError(400, what, why=why, fix=f"Send a JSON object with {fields or 'no fields'}.")

"""Frontends: the places where commands are typed, a terminal or a notebook cell.

A command parses its options, calls `flow` and returns an `CommandResult`. The frontend resolves the
names of tables and shows the result, so a command doesn't depend on where it was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias

from automl_magic.workspace import Workspace, default_workspace, workspace_named

if TYPE_CHECKING:
    import pandas as pd

OnEvent: TypeAlias = Callable[[dict[str, object]], None]


class Server(Protocol):
    """A server in a child process. Leaving its `with` block stops it."""

    @property
    def url(self) -> str:
        """The address of the server."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def wait(self) -> None:
        """Block until Ctrl-C, SIGTERM or the end of the server."""

    def stop(self) -> None:
        """Stop the server. Safe to call twice."""


@dataclass(frozen=True)
class CommandResult:
    """The result of a command: the value, a JSON document and plain text.

    `exit_code` is 0, or 1 for a negative result such as a rerun that differs or a cancelled run.
    `server` is an app that keeps running after the result is shown.
    """

    value: object
    document: object
    text: str
    exit_code: int = 0
    server: Server | None = None


class WorkspaceMixin:
    """The workspace of a command, shared by all frontends."""

    _workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The selected workspace, or the one of the environment. Raises WorkspaceError."""
        if self._workspace is None:
            self._workspace = default_workspace()
        return self._workspace

    def select_workspace(self, name: str) -> None:
        """Select a configured workspace by name. Raises WorkspaceError, SpecError."""
        self._workspace = workspace_named(name)


class Frontend(Protocol):
    """A place where commands are typed."""

    @property
    def workspace(self) -> Workspace:
        """The workspace that the command uses."""

    def select_workspace(self, name: str) -> None:
        """Select another workspace than the one of the environment."""

    def resolve_table(self, name: str) -> str | pd.DataFrame:
        """Return the data for `flow`: the DataFrame of this name, or the name itself as a path."""

    def show_progress(self) -> AbstractContextManager[OnEvent]:
        """Show the progress of a run from its events."""

    def wizard(
        self, data: str | None, target: str | None, *, port: int | None, no_browser: bool
    ) -> CommandResult:
        """Show the wizard."""

    def notify(self, message: str) -> None:
        """Print a progress message, which isn't part of the result."""

    def show(self, result: CommandResult, *, as_json: bool) -> None:
        """Show the result."""

    def open(self, url: str) -> None:
        """Open a page in the user's browser, if possible."""

    def keep_running(self, server: Server) -> None:
        """Keep a server running until the user stops it."""

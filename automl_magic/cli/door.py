"""Door: where a command was typed, which decides how data is named and where answers go.

A verb parses its options, calls `flow` and returns an `Answer`. It does not know whether it was
typed into a terminal or a notebook cell; the door does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeAlias

from automl_magic.workspace import Workspace, default_workspace, workspace_named

OnEvent: TypeAlias = Callable[[dict[str, Any]], None]


class Server(Protocol):
    """A child process that answers until it is stopped. Leaving its `with` block stops it."""

    @property
    def url(self) -> str:
        """Where it answers."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def wait(self) -> None:
        """Stay until Ctrl-C, a termination signal, or its end."""

    def stop(self) -> None:
        """End it. Safe to call twice."""


@dataclass(frozen=True)
class Answer:
    """What a verb has to say: for machines, in plain text, and the value itself.

    `exit_code` is 0, or 1 for an answer that is a no: a rerun that differs, a cancelled run.
    `server` is an app that runs on after the answer was given.
    """

    value: Any
    document: Any
    text: str
    exit_code: int = 0
    server: Server | None = None


class InAWorkspace:
    """What doors have in common: the workspace in which a command acts."""

    _workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace that was chosen, or that of the environment. Raises WorkspaceError."""
        if self._workspace is None:
            self._workspace = default_workspace()
        return self._workspace

    def choose(self, name: str) -> None:
        """Act in the configured workspace of this name. Raises WorkspaceError, SpecError."""
        self._workspace = workspace_named(name)


class Door(Protocol):
    """A place where commands are typed."""

    @property
    def workspace(self) -> Workspace:
        """The workspace in which the command acts."""

    def choose(self, name: str) -> None:
        """Act in another workspace than that of the environment."""

    def table(self, named: str) -> Any:
        """Return what `flow` takes as data: a DataFrame of that name, or the text itself."""

    def watching(self) -> AbstractContextManager[OnEvent]:
        """Show a run's events while they come."""

    def wizard(
        self, data: str | None, target: str | None, *, port: int | None, no_browser: bool
    ) -> Answer:
        """Give the wizard, in the way that this place can show one."""

    def say(self, sentence: str) -> None:
        """Say what is being done; not a part of the answer."""

    def show(self, answer: Answer, *, as_json: bool) -> None:
        """Give the answer."""

    def open(self, url: str) -> None:
        """Open a page for whoever typed the command, where that is possible."""

    def keep(self, server: Server) -> None:
        """Keep a server running for as long as somebody may look at it."""

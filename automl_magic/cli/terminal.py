"""The terminal frontend. Prints results to standard output and messages to standard error."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from automl_magic.cli.frontend import CommandResult, OnEvent, Server, WorkspaceMixin
from automl_magic.cli.progress import Progress
from automl_magic.display.text import printable
from automl_magic.records.codec import json_text

PAUSE_S = 0.1  # between two updates of the line


class Terminal(WorkspaceMixin):
    """A terminal or a pipe."""

    def resolve_table(self, name: str) -> str:
        return name

    @contextlib.contextmanager
    def show_progress(self) -> Iterator[OnEvent]:
        stream = sys.stderr
        if stream.isatty():
            with _updating_line(stream) as on_event:
                yield on_event
        else:
            yield _plain_lines(stream)

    def wizard(
        self, data: str | None, target: str | None, *, port: int | None, no_browser: bool
    ) -> CommandResult:
        from automl_magic.cli.apps.voila import wizard_server

        server = wizard_server(Path.cwd(), port, data, target, workspace=self.workspace)
        server.start()
        if not no_browser:
            self.open(server.url)
        return CommandResult(
            server, {"app": "wizard", "url": server.url}, server.url, server=server
        )

    def notify(self, message: str) -> None:
        clear = "\r\x1b[K" if sys.stderr.isatty() else ""
        print(f"{clear}{printable(message)}", file=sys.stderr, flush=True)

    def show(self, result: CommandResult, *, as_json: bool) -> None:
        if as_json:
            text = json_text(result.document, indent=2)
            # UTF-8 can't encode a lone surrogate in a column name.
            print(text.encode("utf-8", "backslashreplace").decode(), flush=True)
        elif result.text:
            print(result.text, flush=True)

    def open(self, url: str) -> None:
        webbrowser.open(url)

    def keep_running(self, server: Server) -> None:
        with server, contextlib.suppress(KeyboardInterrupt):
            print("Press Ctrl-C to stop it.", file=sys.stderr, flush=True)
            server.wait()


@contextlib.contextmanager
def _updating_line(stream: TextIO) -> Iterator[OnEvent]:
    progress = Progress()
    updated_at = 0.0

    def show() -> None:
        nonlocal updated_at
        updated_at = time.monotonic()
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{progress.line()[:width]}\x1b[K", end="", file=stream, flush=True)

    def on_event(event: dict[str, object]) -> None:
        is_important = progress.update(event)
        if is_important or time.monotonic() - updated_at >= PAUSE_S:
            show()

    try:
        yield on_event
    finally:
        print("\r\x1b[K", end="", file=stream, flush=True)


def _plain_lines(stream: TextIO) -> OnEvent:
    progress = Progress()

    def on_event(event: dict[str, object]) -> None:
        if progress.update(event):
            print(progress.line(), file=stream, flush=True)

    return on_event

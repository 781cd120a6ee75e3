"""The entry point of `automl` in a terminal: runs one command and sets the exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import warnings
from collections.abc import Sequence

import click

from automl_magic.cli.command import automl
from automl_magic.cli.frontend import CommandResult
from automl_magic.cli.terminal import Terminal
from automl_magic.cli.usage import BadUsage
from automl_magic.display.text import error_document, error_lines, printable
from automl_magic.errors import AutomlMagicError
from automl_magic.library_warnings import tolerate_library_warnings
from automl_magic.records.codec import json_text
from automl_magic.runs.tracked_run import NotTracked

OK, CLEAR_ERROR, USAGE = 0, 1, 2
_STDOUT, _STDERR = 1, 2
_DEFAULT_FORMAT = warnings.formatwarning


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with 0, 1 after an error, or 2 after wrong usage.

    Unexpected exceptions aren't caught: they print a traceback and exit with 1.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets an escape sequence, not a crash.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader closed the pipe (`automl runs | head -1`). Without this, Python would report
        # another error when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = CLEAR_ERROR
    # Python collects garbage at exit. After importing MLflow that takes a second.
    gc.freeze()
    sys.exit(code)


def _open_closed_streams() -> None:
    """Open standard streams that are closed (`automl runs >&-`), so that no file gets their number.

    Otherwise, a child process would write its output into a database.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or open(_STDOUT, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(_STDERR, "w", closefd=False)  # noqa: SIM115


def _run(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    warnings.formatwarning = _format_warning
    tolerate_library_warnings()
    # A message to the user, not a fault of the code.
    warnings.filterwarnings("always", category=NotTracked)
    try:
        result = automl.main(
            args=arguments, prog_name="automl", standalone_mode=False, obj=Terminal()
        )
    except click.UsageError as error:
        return _report_error(BadUsage.of(error), USAGE, as_json=as_json)
    except AutomlMagicError as error:
        return _report_error(error, CLEAR_ERROR, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        stopped = AutomlMagicError(
            "Stopped.", why="You pressed Ctrl-C.", fix="See what was kept: automl runs"
        )
        return _report_error(stopped, CLEAR_ERROR, as_json=as_json)
    return result.exit_code if isinstance(result, CommandResult) else int(result or OK)


def _format_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Format our own warnings as a sentence, without the file name and line number."""
    if category is NotTracked:
        return f"Note: {printable(message, 2000)}\n"
    return _DEFAULT_FORMAT(message, category, filename, lineno, line)


def _report_error(error: AutomlMagicError, code: int, *, as_json: bool) -> int:
    if as_json:
        print(json_text(error_document(error), indent=2))
    with contextlib.suppress(BrokenPipeError):
        print(*error_lines(error), sep="\n", file=sys.stderr)
    return code

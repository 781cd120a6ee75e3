"""`automl` in this process."""

from __future__ import annotations

import contextlib
import io

from automl_magic.cli import main


def automl(*arguments: str) -> tuple[int, str]:
    """Run `automl` in this process and return its exit code and all that it prints."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            main(list(arguments))
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return code, printed.buffer.getvalue().decode()

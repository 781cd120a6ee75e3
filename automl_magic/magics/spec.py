"""`%%automl`: writes the body of a cell to an experiment file and runs the command on it."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from automl_magic.cli.frontend import Frontend
from automl_magic.errors import FolderTaken
from automl_magic.files.atomic import translate_write_errors
from automl_magic.records import SPEC_SUFFIX
from automl_magic.runs.plan_folder import PLAN_NAME, check_free, default_folder

if TYPE_CHECKING:
    import pandas as pd

# In `%%automl run`, the experiment must be planned first.
CELL_COMMANDS = {"plan": "plan", "fit": "fit", "run": "fit"}


@contextlib.contextmanager
def cell_spec(argv: Sequence[str], body: str, frontend: Frontend) -> Iterator[list[str]]:
    """Write the body of a cell to a temporary file, and yield the arguments of the command.

    If `data:` is the name of a DataFrame, the frame is saved in the plan's folder, where the
    experiment reads it. If the command fails, the saved frame is deleted.
    """
    command, options = (
        ("plan", list(argv)) if not argv or argv[0].startswith("-") else (argv[0], list(argv[1:]))
    )
    if command not in CELL_COMMANDS:
        raise click.UsageError(
            f"%%automl works only with {', '.join(CELL_COMMANDS)} and an experiment in YAML. "
            f"Use %automl {command} on one line."
        )
    data = _data_of(body)
    frame = frontend.resolve_table(data) if data is not None else None
    folder, options = _folder_of(options, data or "table")
    with (
        tempfile.TemporaryDirectory(prefix="automl-cell-") as private,
        contextlib.ExitStack() as undo,
    ):
        if frame is not None and not isinstance(frame, str):
            body = _DATA_LINE.sub("data: table.parquet", body, count=1)
            undo.enter_context(_saved_frame(frame, folder, overwrite="--overwrite" in options))
        spec = Path(private) / f"cell{SPEC_SUFFIX}"
        spec.write_text(body, "utf-8")
        yield [CELL_COMMANDS[command], str(spec), "-o", str(folder), *options]


_DATA_LINE = re.compile(r"^data[ \t]*:.*$", re.MULTILINE)


def _data_of(body: str) -> str | None:
    import yaml

    try:
        document = yaml.safe_load(body)
    except yaml.YAMLError:
        # The command reports the error with its line when it reads the file.
        return None
    data = document.get("data") if isinstance(document, dict) else None
    return data if isinstance(data, str) else None


def _folder_of(options: list[str], name: str) -> tuple[Path, list[str]]:
    other_options = list(options)
    for i, word in enumerate(options):
        if word in ("-o", "--output") and i + 1 < len(options):
            del other_options[i : i + 2]
            return Path(options[i + 1]), other_options
        if word.startswith("--output="):
            del other_options[i]
            return Path(word.removeprefix("--output=")), other_options
    return default_folder(name), other_options


@contextlib.contextmanager
def _saved_frame(frame: pd.DataFrame, folder: Path, *, overwrite: bool) -> Iterator[None]:
    from automl_magic.data import save_frame

    check_free(folder, overwrite=overwrite)
    path, is_new = folder / "table.parquet", not folder.exists()
    if path.exists() and not overwrite:
        raise FolderTaken(
            f"{str(folder)!r} already contains a table.",
            why="It has a table.parquet that another plan might use.",
            fix="Choose another folder with -o, or add --overwrite.",
        )
    with translate_write_errors(folder):
        save_frame(frame, folder)
    try:
        yield
    except BaseException:
        if not (folder / PLAN_NAME).exists():
            path.unlink(missing_ok=True)
            if is_new:
                with contextlib.suppress(OSError):
                    folder.rmdir()
        raise

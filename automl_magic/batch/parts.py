"""The finished parts of an output, in a hidden folder next to it.

    .OUTPUT.parts/
        manifest.json      the model, input and options of the job, and the rows of each part
        00000.part …       the complete parts
        whole              the joined output, before it's moved to its place

A part is valid once the manifest lists it. A killed process leaves the folder, and the next one
continues after the last part, if the model, the input and the options are the same.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from automl_magic.batch.writers import PartWriter, Writer
from automl_magic.errors import FolderBusy, RunError
from automl_magic.files.atomic import write_atomic
from automl_magic.records.codec import Record, RecordProblem, dumps, json_text

MANIFEST, LOCK, WHOLE = "manifest.json", "lock", "whole"


@dataclass(frozen=True, kw_only=True)
class PartsManifest(Record):
    """The finished parts: `rows` is the number of rows of each, `made_from` describes the job.

    `unread` has the unread values of all parts, as `recipe.reading.UnreadValues` writes them.
    """

    schema_version: int = 1
    made_from: Any
    names: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    unread: Mapping[str, Any] = field(default_factory=dict)


class Parts:
    """The parts of an output. `open_parts` locks them, so a second process is refused."""

    def __init__(self, output: Path, writer: Writer, manifest: PartsManifest) -> None:
        self._folder, self._output, self._writer, self.manifest = (
            _folder(output),
            output,
            writer,
            manifest,
        )

    @property
    def n_rows(self) -> int:
        """The number of finished rows."""
        return sum(self.manifest.rows)

    def add(
        self,
        fill: Callable[[PartWriter], tuple[int, tuple[str, ...]]],
        unread: Callable[[], Mapping[str, Any]],
    ) -> int:
        """Add a part. `fill` writes it and returns its number of rows and its column names.

        `unread` then returns the unread values of all parts so far.
        """
        path = self._path(len(self.manifest.rows))
        with self._writer.open(path) as part:
            n_rows, names = fill(part)
        if n_rows:
            rows = (*self.manifest.rows, n_rows)
            self._write(replace(self.manifest, names=names, rows=rows, unread=unread()))
        return n_rows

    def finish(self) -> None:
        """Join the parts. The output gets its name when it's complete and on disk."""
        paths = [self._path(number) for number in range(len(self.manifest.rows))]
        joined = self._folder / WHOLE
        if len(paths) == 1 and not self._writer.header(self.manifest.names):
            joined = paths[0]
        else:
            with joined.open("wb") as file:
                self._writer.join(paths, self.manifest.names, file)
                file.flush()
                os.fsync(file.fileno())
        joined.replace(self._output)
        shutil.rmtree(self._folder, ignore_errors=True)

    def delete(self) -> None:
        """Delete the parts."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05}.part"

    def _write(self, manifest: PartsManifest) -> None:
        write_atomic(self._folder / MANIFEST, dumps(manifest.to_json()).encode("ascii", "replace"))
        self.manifest = manifest


@contextmanager
def open_parts(
    output: Path, writer: Writer, made_from: Mapping[str, object], *, resume: bool, overwrite: bool
) -> Iterator[Parts]:
    """Open the parts of an output, new or existing.

    Parameters
    ----------
    made_from : JSON value
        Description of the job.
    resume : bool
        Whether to continue after the parts of an earlier process.
    overwrite : bool
        Whether to discard the parts of an earlier process.

    Raises
    ------
    FolderBusy
        If another process writes the same output.
    RunError
        If there are parts and neither option is set, or they belong to another job.
    """
    folder = _folder(output)
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusy(
                f"{str(output)!r} is in use.",
                why="Another process is writing predictions to it.",
                fix="Wait for it, or choose another file with -o.",
            ) from error
        existing = _read(folder)
        if existing is not None and existing.rows and not overwrite:
            if not resume:
                raise RunError(
                    f"{str(output)!r} is incomplete: {sum(existing.rows):,} rows so far.",
                    why="The process writing it was stopped or killed.",
                    fix="Continue with --resume, or start over with --overwrite.",
                )
            _check_same(existing.made_from, made_from, output)
        else:
            existing = None
        parts = Parts(output, writer, existing or PartsManifest(made_from=made_from))
        try:
            yield parts
        finally:
            # Without a part there's nothing to resume.
            if folder.is_dir() and not parts.manifest.rows:
                parts.delete()


def _folder(output: Path) -> Path:
    return output.with_name(f".{output.name[:200]}.parts")


def _read(folder: Path) -> PartsManifest | None:
    try:
        return PartsManifest.from_json(json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError, RecordProblem):
        return None


def _check_same(before: Mapping[str, object], now: Mapping[str, object], output: Path) -> None:
    now = json.loads(json_text(now))
    changed = [name for name in now if before.get(name) != now[name]]
    if changed:
        raise RunError(
            f"Can't resume {str(output)!r}.",
            why=f"Changes since it was started: {' and '.join(changed)}.",
            fix=f"Start over: add --overwrite, or delete {shlex.quote(str(_folder(output)))}.",
        )

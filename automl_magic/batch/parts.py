"""Parts: what is done already, in a hidden folder beside the output.

    .OUTPUT.parts/
        manifest.json      what the parts were made from: model, input, options; and their rows
        00000.part …       the parts, each whole
        whole              the output, until it takes its name

A part counts once the manifest names it. A killed process leaves the folder, and the next one goes
on after the last part; or refuses, where the model, the input or the options are not the same.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automl_magic.batch.writers import PartWriter, Writer
from automl_magic.errors import FolderBusy, RunError
from automl_magic.files.atomic import write_atomic
from automl_magic.records.codec import Record, RecordProblem, dumps

MANIFEST, LOCK, WHOLE = "manifest.json", "lock", "whole"


@dataclass(frozen=True, kw_only=True)
class Done(Record):
    """What is done: `rows` are those of each part, `made_from` says what they were made from."""

    schema_version: int = 1
    made_from: Any
    names: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


class Parts:
    """The parts of one output. `opened` makes one, alone: a second process is refused."""

    def __init__(self, output: Path, writer: Writer, done: Done) -> None:
        self._folder, self._output, self._writer, self.done = _folder(output), output, writer, done

    @property
    def n_rows(self) -> int:
        """The rows that are done."""
        return sum(self.done.rows)

    def add(self, fill: Callable[[PartWriter], tuple[int, tuple[str, ...]]]) -> int:
        """Make a part: `fill` writes it, and returns its rows and the names of its columns."""
        path = self._path(len(self.done.rows))
        with self._writer.open(path) as part:
            n_rows, names = fill(part)
        if n_rows:
            self._write(replace(self.done, names=names, rows=(*self.done.rows, n_rows)))
        return n_rows

    def finish(self) -> None:
        """Make the output of the parts; it takes its name when it is whole and on the disk."""
        paths = [self._path(number) for number in range(len(self.done.rows))]
        whole = self._folder / WHOLE
        if len(paths) == 1 and not self._writer.header(self.done.names):
            whole = paths[0]
        else:
            with whole.open("wb") as file:
                self._writer.join(paths, self.done.names, file)
                file.flush()
                os.fsync(file.fileno())
        whole.replace(self._output)
        shutil.rmtree(self._folder, ignore_errors=True)

    def forget(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05}.part"

    def _write(self, done: Done) -> None:
        write_atomic(self._folder / MANIFEST, dumps(done.to_json()).encode("ascii", "replace"))
        self.done = done


@contextmanager
def opened(
    output: Path, writer: Writer, made_from: Any, *, resume: bool, anew: bool
) -> Iterator[Parts]:
    """Begin the parts of an output, or go on with them.

    Parameters
    ----------
    made_from
        JSON that says what the parts are made from.
    resume, anew : bool
        Whether parts of an earlier process are taken, or may be thrown away.

    Raises
    ------
    FolderBusy
        If another process works on the same output.
    RunError
        If there are parts and it was not said what to do with them, or they cannot be taken.
    """
    folder = _folder(output)
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusy(
                f"{str(output)!r} is being written.",
                why="Another process predicts into the same file.",
                fix="Wait for it, or choose another file with -o.",
            ) from error
        before = _read(folder)
        if before is not None and before.rows and not anew:
            if not resume:
                raise RunError(
                    f"{str(output)!r} is half done: {sum(before.rows):,} rows.",
                    why="A process that made it was stopped or killed.",
                    fix="Go on with --resume, or start anew with --overwrite.",
                )
            _check_same(before.made_from, made_from, output)
        else:
            before = None
        parts = Parts(output, writer, before or Done(made_from=made_from))
        try:
            yield parts
        finally:
            # Without a part there is nothing to go on with.
            if folder.is_dir() and not parts.done.rows:
                parts.forget()


def _folder(output: Path) -> Path:
    return output.with_name(f".{output.name[:200]}.parts")


def _read(folder: Path) -> Done | None:
    try:
        return Done.from_json(json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError, RecordProblem):
        return None


def _check_same(before: Any, now: Any, output: Path) -> None:
    now = json.loads(json.dumps(now))
    changed = [name for name in now if before.get(name) != now[name]]
    if changed:
        raise RunError(
            f"{str(output)!r} cannot be resumed.",
            why=f"Since it was begun, {' and '.join(changed)} changed.",
            fix=f"Start anew: add --overwrite, or remove {shlex.quote(str(_folder(output)))}.",
        )

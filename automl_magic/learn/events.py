"""The files that a search writes while it runs: `trials.jsonl` and `events.jsonl`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from automl_magic.errors import FolderNotWritable
from automl_magic.records.codec import json_text

TRIALS, EVENTS, STOP = "trials.jsonl", "events.jsonl", "stop"


def append_line(path: Path, document: Mapping[str, object]) -> None:
    """Append one line of JSON to a file in one write, so concurrent writers don't mix lines."""
    line = json_text(document, separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line.encode("ascii"))
    finally:
        os.close(descriptor)


class RunFolder:
    """The folder that a search writes to. Without a path, nothing is written."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path = None if path is None or not os.fspath(path) else Path(path).absolute()

    def start(self, budget_s: float, metric: str, candidates: Sequence[str]) -> None:
        """Create the folder, and remove files of an earlier search.

        Raises
        ------
        FolderNotWritable
        """
        if self.path is None:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for name in (TRIALS, STOP, "result.json"):
                (self.path / name).unlink(missing_ok=True)
            self.event("search", budget_s=budget_s, metric=metric, candidates=list(candidates))
        except OSError as error:
            raise FolderNotWritable(
                f"Can't write to the folder {str(self.path)!r}.",
                why=f"{error.strerror or error}.",
                fix="Set run_dir to a writable folder, or free some space.",
            ) from error

    def event(self, name: str, /, **fields: object) -> None:
        """Append an event. `t` is the Unix time in seconds."""
        if self.path is not None:
            append_line(self.path / EVENTS, {"t": time.time(), "event": name, **fields})

    def trial(self, document: Mapping[str, object]) -> None:
        """Append a trial that has ended."""
        if self.path is not None:
            append_line(self.path / TRIALS, document)

    @property
    def stop_requested(self) -> bool:
        """Whether the folder has a file named `stop`."""
        return self.path is not None and (self.path / STOP).exists()

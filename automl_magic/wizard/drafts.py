"""Drafts: the last answers in each folder, so they survive a kernel restart."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from automl_magic.files.atomic import write_atomic
from automl_magic.records import RecordProblem, dumps
from automl_magic.wizard.answers import Answers


class Drafts:
    """The draft of one folder. If it can't be saved or read, the wizard works without it.

    Parameters
    ----------
    folder : Path
        The folder that the wizard works in.
    home : Path
        The home of the workspace, where drafts are stored.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        key = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        self.path = home / "wizard" / f"{key}.json"

    def save(self, answers: Answers) -> None:
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self.path, dumps(answers.to_json()).encode("utf-8"))

    def load(self) -> Answers | None:
        try:
            return Answers.from_json(json.loads(self.path.read_text("utf-8")))
        except (OSError, ValueError, RecordProblem):
            return None

    def delete(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

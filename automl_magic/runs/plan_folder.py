"""PlanFolder: what a plan writes, and whether anybody has edited it since.

    DIR/experiment.automl.yaml     what was asked, complete; edit it, then `automl run DIR`
    DIR/explore.ipynb              looks at the data
    DIR/search.ipynb               finds the model; edit it, then `automl run DIR`
    DIR/.automl/plan.json          what was decided, and the digests of what was written

Nothing is written before everything is ready, and each file appears whole or not at all.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl_magic.errors import ArtifactTampered, FolderTaken, PlanError
from automl_magic.files.atomic import write_all, writing_to
from automl_magic.files.notebook_json import code_digest, read_notebook
from automl_magic.records import SPEC_SUFFIX, Experiment, Plan, RecordProblem, dumps

SPEC_NAME = "experiment" + SPEC_SUFFIX
PLAN_NAME = ".automl/plan.json"


@dataclass(frozen=True)
class PlanFolder:
    """A folder with a plan in it."""

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / SPEC_NAME

    def notebook(self, kind: str) -> Path:
        return self.path / f"{kind}.ipynb"

    @property
    def plan(self) -> Plan | None:
        """Return the plan as it was made, or None where no plan was ever made here."""
        document = self._document()
        return document["plan"] if document else None

    def write(self, plan: Plan, files: Mapping[str, str]) -> None:
        """Write the texts of a plan and the plan itself: all of them, or none.

        Raises
        ------
        FolderNotWritable
            If the folder cannot be made or written, or the disk is full.
        """
        document = {
            "plan": plan.to_json(),
            "code": {
                name: code_digest(json.loads(text))
                for name, text in files.items()
                if name.endswith(".ipynb")
            },
        }
        texts = {**files, PLAN_NAME: dumps(document)}
        with writing_to(self.path):
            write_all({self.path / name: text for name, text in texts.items()})

    def notebook_is_edited(self, kind: str) -> bool:
        """Say whether a code cell differs from what was rendered; outputs do not count."""
        document = self._document()
        if not document or not self.notebook(kind).exists():
            return False
        return code_digest(read_notebook(self.notebook(kind))) != document["code"].get(
            f"{kind}.ipynb"
        )

    def spec_is_edited(self, experiment: Experiment) -> bool:
        """Say whether the experiment file asks for something else than was planned."""
        plan = self.plan
        return plan is None or plan.experiment != experiment

    def _document(self) -> dict[str, Any] | None:
        path = self.path / PLAN_NAME
        return _read_plan(path) if path.exists() else None


def plan_in(folder: Path) -> Plan | None:
    """Return the plan of a plan's folder, or the one that a run's folder keeps, if there is one."""
    for name in (PLAN_NAME, "plan.json"):
        if (folder / name).exists():
            return _read_plan(folder / name)["plan"]
    return None


def _read_plan(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
        return {"plan": Plan.from_json(document["plan"]), "code": dict(document["code"])}
    except (OSError, ValueError, LookupError, TypeError, RecordProblem) as error:
        if isinstance(error, RecordProblem) and error.path[-1:] == ("task",):
            raise PlanError(
                f"{str(path)!r} plans a kind of task that is not known here.",
                why=f"It says {error.found}, and not {error.expected}.",
                fix="Install the package that brings this kind of task, or plan again.",
            ) from error
        raise ArtifactTampered(
            f"{str(path)!r} is not the plan that was written.",
            why=f"It could not be read: {type(error).__name__}.",
            fix="Plan again: automl plan DATA --target COLUMN -o DIR --overwrite",
        ) from error


def plan_files(folder: Path) -> dict[str, Path]:
    """Return the files of a plan that a run keeps beside its notebook, by their names there."""
    files = {"plan.json": folder / PLAN_NAME, SPEC_NAME: folder / SPEC_NAME}
    if not files["plan.json"].exists():
        files["plan.json"] = folder / "plan.json"
    return {name: path for name, path in files.items() if path.exists()}


def default_folder(name: str) -> Path:
    """Return a folder of the working directory that does not exist yet, named after the data."""
    plain = slug(name)
    first = Path(f"automl-{plain}")
    numbered = (Path(f"automl-{plain}-{i}") for i in range(2, 10_000))
    return next(path for path in (first, *numbered) if not path.exists())


def slug(name: str) -> str:
    """Return what a table is called in small letters, digits and hyphens."""
    from automl_magic.data.sources.registry import title

    return re.sub(r"[^a-z0-9]+", "-", title(name).lower()).strip("-")[:40] or "table"


def check_unedited(folder: PlanFolder, *, overwrite: bool) -> None:
    """Refuse to render over a search notebook that somebody has edited, unless asked to."""
    if not overwrite and folder.notebook_is_edited("search"):
        raise FolderTaken(
            f"{str(folder.notebook('search'))!r} has been edited.",
            why="Planning again would write over the edits.",
            fix=f"Run it as it is: automl run {shlex.quote(str(folder.notebook('search')))}. "
            f"Or lose the edits: automl plan {shlex.quote(str(folder.spec))} --overwrite",
        )


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder that already holds a plan, unless it may be overwritten."""
    with writing_to(folder):
        if folder.exists() and not folder.is_dir():
            raise FolderTaken(
                f"{str(folder)!r} is not a folder.",
                why="A file of this name exists.",
                fix="Choose another folder with -o.",
            )
        if (folder / SPEC_NAME).exists() and not overwrite:
            raise FolderTaken(
                f"{str(folder)!r} already holds a plan.",
                why=f"It has an {SPEC_NAME}, which may hold somebody's edits.",
                fix=f"Run it: automl run {shlex.quote(str(folder))}. "
                "Or choose another with -o, or add --overwrite.",
            )
        existing = next(
            parent for parent in (folder, *folder.absolute().parents) if parent.exists()
        )
        if not existing.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing))
        if os.statvfs(existing).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(existing))
        if not os.access(existing, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(existing))

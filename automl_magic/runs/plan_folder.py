"""PlanFolder: the files of a plan, and whether they have been edited.

    DIR/experiment.automl.yaml     all settings; edit it, then `automl run DIR`
    DIR/explore.ipynb              a first look at the data
    DIR/search.ipynb               the search for a model; edit it, then `automl run DIR`
    DIR/.automl/plan.json          the decisions, and the digests of the written files

Files are written only when all are ready, each atomically.
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
from typing import TypedDict

from automl_magic.errors import ArtifactTampered, FolderTaken, PlanError
from automl_magic.files.atomic import translate_write_errors, write_files
from automl_magic.files.notebook_json import code_digest, read_notebook
from automl_magic.records import SPEC_SUFFIX, ExperimentSpec, Plan, RecordProblem, dumps

SPEC_NAME = "experiment" + SPEC_SUFFIX
PLAN_NAME = ".automl/plan.json"


class _PlanFile(TypedDict):
    """The plan, and the digest of each written notebook by file name."""

    plan: Plan
    code: dict[str, str]


@dataclass(frozen=True)
class PlanFolder:
    """A folder with a plan."""

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / SPEC_NAME

    def notebook(self, kind: str) -> Path:
        return self.path / f"{kind}.ipynb"

    @property
    def plan(self) -> Plan | None:
        """The original plan, or None if the folder has no plan."""
        document = self._document()
        return document["plan"] if document else None

    def write(self, plan: Plan, files: Mapping[str, str]) -> None:
        """Write the plan and its files: all or none.

        Raises
        ------
        FolderNotWritable
            If the folder can't be created or written, or the disk is full.
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
        with translate_write_errors(self.path):
            write_files({self.path / name: text for name, text in texts.items()})

    def notebook_is_edited(self, kind: str) -> bool:
        """Return whether a code cell was edited. Outputs don't count."""
        document = self._document()
        if not document or not self.notebook(kind).exists():
            return False
        return code_digest(read_notebook(self.notebook(kind))) != document["code"].get(
            f"{kind}.ipynb"
        )

    def spec_is_edited(self, experiment: ExperimentSpec) -> bool:
        """Return whether the experiment differs from the one that was planned."""
        plan = self.plan
        return plan is None or plan.experiment != experiment

    def _document(self) -> _PlanFile | None:
        path = self.path / PLAN_NAME
        return _read_plan(path) if path.exists() else None


def find_plan(folder: Path) -> Plan | None:
    """Return the plan in a plan's or run's folder, or None if there's none."""
    for name in (PLAN_NAME, "plan.json"):
        if (folder / name).exists():
            return _read_plan(folder / name)["plan"]
    return None


def _read_plan(path: Path) -> _PlanFile:
    try:
        document = json.loads(path.read_text("utf-8"))
        return {"plan": Plan.from_json(document["plan"]), "code": dict(document["code"])}
    except (OSError, ValueError, LookupError, TypeError, RecordProblem) as error:
        if isinstance(error, RecordProblem) and error.path[-1:] == ("task",):
            raise PlanError(
                f"The task type in {str(path)!r} isn't supported.",
                why=f"It's {error.actual}, but must be {error.expected}.",
                fix="Install the package for this task type, or plan again.",
            ) from error
        raise ArtifactTampered(
            f"The plan {str(path)!r} has been modified.",
            why=f"It can't be read: {type(error).__name__}.",
            fix="Plan again: automl plan DATA --target COLUMN -o DIR --overwrite",
        ) from error


def plan_files(folder: Path) -> dict[str, Path]:
    """Return the files of a plan to copy to a run's folder, by their names there."""
    files = {"plan.json": folder / PLAN_NAME, SPEC_NAME: folder / SPEC_NAME}
    if not files["plan.json"].exists():
        files["plan.json"] = folder / "plan.json"
    return {name: path for name, path in files.items() if path.exists()}


def default_folder(name: str) -> Path:
    """Return an unused folder in the working directory, named after the data."""
    suffix = slug(name)
    first = Path(f"automl-{suffix}")
    numbered = (Path(f"automl-{suffix}-{i}") for i in range(2, 10_000))
    return next(path for path in (first, *numbered) if not path.exists())


def slug(name: str) -> str:
    """Return the name of a table in lowercase letters, digits and hyphens."""
    from automl_magic.data.sources.registry import table_name

    return re.sub(r"[^a-z0-9]+", "-", table_name(name).lower()).strip("-")[:40] or "table"


def check_unedited(folder: PlanFolder, *, overwrite: bool) -> None:
    """Raise an error if the search notebook has been edited, unless it may be overwritten."""
    if not overwrite and folder.notebook_is_edited("search"):
        raise FolderTaken(
            f"{str(folder.notebook('search'))!r} has been edited.",
            why="Planning again would overwrite the edits.",
            fix="Run it with the edits: "
            f"automl run {shlex.quote(str(folder.notebook('search')))}. "
            f"Or discard them: automl plan {shlex.quote(str(folder.spec))} --overwrite",
        )


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Raise an error if the folder already has a plan, unless it may be overwritten."""
    with translate_write_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise FolderTaken(
                f"{str(folder)!r} isn't a folder.",
                why="A file with this name exists.",
                fix="Choose another folder with -o.",
            )
        if (folder / SPEC_NAME).exists() and not overwrite:
            raise FolderTaken(
                f"{str(folder)!r} already has a plan.",
                why=f"It has an {SPEC_NAME}, which may contain edits.",
                fix=f"Run it: automl run {shlex.quote(str(folder))}. "
                "Or choose another folder with -o, or add --overwrite.",
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

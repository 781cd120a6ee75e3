"""PlanFolder: what a plan writes, and whether anybody has edited it since.

    DIR/experiment.automl.yaml     what was asked, complete; edit it, then `automl run DIR`
    DIR/explore.ipynb              looks at the data
    DIR/search.ipynb               finds the model; edit it, then `automl run DIR`
    DIR/.automl/plan.json          what was decided, and the digests of what was written

Nothing is written before everything is ready, and each file appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl_magic.errors import ArtifactTampered, FolderNotWritable, FolderTaken, RunError
from automl_magic.records import SPEC_SUFFIX, Experiment, Plan, RecordProblem, digest_of, dumps

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


def kind_of(notebook: Mapping[str, Any]) -> str:
    """Return what a notebook says it is: search, explore, model; `notebook` for any other."""
    return str(notebook.get("metadata", {}).get("automl", {}).get("kind", "notebook"))


def default_folder(name: str) -> Path:
    """Return a folder of the working directory that does not exist yet, named after the data."""
    plain = slug(name)
    first = Path(f"automl-{plain}")
    numbered = (Path(f"automl-{plain}-{i}") for i in range(2, 10_000))
    return next(path for path in (first, *numbered) if not path.exists())


def slug(name: str) -> str:
    """Return the name of a table in small letters, digits and hyphens."""
    stem = Path(name.removeprefix("sklearn:")).name.split(".")[0]
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40] or "table"


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


def check_file(path: Path) -> None:
    """Refuse a path at which no file can be put: a folder, or a device, which would be replaced."""
    if path.is_dir():
        raise FolderTaken(
            f"{str(path)!r} is a folder, not a file.",
            why="What is to be written is one file.",
            fix="Name a file with -o.",
        )
    if path.exists() and not path.is_file():
        raise FolderTaken(
            f"{str(path)!r} is not a regular file.",
            why="It is a device, a pipe or a socket, and a file would take its place.",
            fix="Name another file with -o.",
        )


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as JSON.

    Raises
    ------
    RunError
        If the file is missing or is not a notebook.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        _check_shape(document)
    except FileNotFoundError as error:
        raise RunError(
            f"There is no notebook {str(path)!r}.",
            why="The file does not exist.",
            fix="Check the path, or make one with `automl plan`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise RunError(
            f"{str(path)!r} is not a notebook.",
            why=f"It could not be read as nbformat 4 JSON: {str(said)[:200]}.",
            fix="Give a .ipynb file, an *.automl.yaml file, or the folder of a plan.",
        ) from error
    return document


def _check_shape(document: Any) -> None:
    # nbformat's own validation would take a second to import.
    cells = document["cells"] if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise TypeError("it has no list of cells")
    for part in (document, *cells):
        if not isinstance(part, dict) or not isinstance(part.get("metadata", {}), dict):
            raise TypeError("a cell, or the metadata, is no mapping")
        tags, source = part.get("metadata", {}).get("tags", []), part.get("source", "")
        texts = (tags, source if isinstance(source, list) else [source])
        if any(not isinstance(t, list) or not all(isinstance(x, str) for x in t) for t in texts):
            raise TypeError("a cell's source or its tags are no text")
    for name in ("automl", "kernelspec"):
        if not isinstance(document.get("metadata", {}).get(name, {}), dict):
            raise TypeError(f"{name} in the metadata is no mapping")


def code_digest(notebook: Mapping[str, Any]) -> str:
    """Return the digest of a notebook's code: ids and sources of its code cells, in order."""
    cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    return digest_of([[cell.get("id"), "".join(cell.get("source", ""))] for cell in cells])


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files so that a reader finds old texts or new ones, never a part; or change nothing."""
    partial = {}
    with contextlib.ExitStack() as undoing:
        for path, text in texts.items():
            check_file(path)
            undoing.enter_context(making(path.parent))
            partial[path] = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
            undoing.callback(partial[path].unlink, missing_ok=True)
            with partial[path].open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path, part in partial.items():
            part.replace(path)


@contextlib.contextmanager
def making(folder: Path) -> Iterator[None]:
    """Make a folder; after an error, remove again the empty ones that were made."""
    new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for made in new:
            with contextlib.suppress(OSError):
                made.rmdir()
        raise


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals into an error that names the folder."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = os.strerror(error.errno) if error.errno else str(error).rstrip(".")
        raise FolderNotWritable(
            f"The folder {str(folder)!r} cannot be written.",
            why=f"{why}.",
            fix="Free some space, or choose another disk with -o."
            if full
            else "Choose a folder of yours with -o.",
        ) from error

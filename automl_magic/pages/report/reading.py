"""The report of a run: its explanation, with the cells that made it, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl_magic.files.atomic import check_file, write_all, writing_to
from automl_magic.pages.cells import Cell, cells_of
from automl_magic.pages.report.document import report_document
from automl_magic.pages.report.page import report_body, report_page
from automl_magic.records import Explanation
from automl_magic.records.explanations.explanation import NOTEBOOK
from automl_magic.runs.artifacts import explanation_of, read_explanation, verified
from automl_magic.workspace import Workspace, default_workspace


@dataclass(frozen=True)
class Report:
    """An explanation, and the executed notebook behind it."""

    told: Explanation
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, run_id: str, workspace: Workspace | None = None) -> Report:
        """Read the report of a search, or of the run that explained one.

        Raises
        ------
        RunNotFound, RunError, ArtifactTampered
            If there is no such run, nobody has explained its model, or a file was changed since.
        """
        run = explanation_of(run_id, workspace or default_workspace())
        return cls(read_explanation(run), tuple(cells_of(verified(run, NOTEBOOK))))

    @property
    def page(self) -> str:
        """The report as one HTML block."""
        return report_page(self.told, self.cells)

    @property
    def body(self) -> str:
        """The report without its header, as one HTML block."""
        return report_body(self.told, self.cells)

    @property
    def document(self) -> str:
        """The report as a file of its own."""
        return report_document(self.told, self.cells)

    def write(self, path: Path) -> None:
        """Write the report as one HTML file.

        Raises
        ------
        FolderTaken, FolderNotWritable
            If the file cannot be put there.
        """
        check_file(path)
        with writing_to(path.absolute().parent):
            write_all({path: self.document})

"""ExplainReport: the explanation of a run and the notebook cells that computed it, verified."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from automl_magic.errors import RunNotFound
from automl_magic.files.atomic import check_file, translate_write_errors, write_files
from automl_magic.pages.cells import Cell, read_cells
from automl_magic.pages.report.document import report_document
from automl_magic.pages.report.page import report_body, report_page
from automl_magic.records import Explanation
from automl_magic.records.explanations.explanation import NOTEBOOK
from automl_magic.runs.artifacts import (
    find_explanation_run,
    find_run,
    read_explanation,
    verified_artifact,
)
from automl_magic.track import search_end
from automl_magic.workspace import Workspace, default_workspace


@dataclass(frozen=True)
class ExplainReport:
    """An explanation, and the cells of the notebook that computed it.

    `notes` are sentences about the search that found the model.
    """

    explanation: Explanation
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, run_id: str, workspace: Workspace | None = None) -> ExplainReport:
        """Read the report of a search run or of an explain run.

        Raises
        ------
        RunNotFound, RunError, ArtifactTampered
            If the run doesn't exist, its model hasn't been explained, or a file was changed.
        """
        workspace = workspace or default_workspace()
        run = find_explanation_run(run_id, workspace)
        explanation = read_explanation(run)
        end = None
        with contextlib.suppress(RunNotFound):
            end = search_end(find_run(explanation.of_run, workspace))
        return cls(
            explanation,
            tuple(read_cells(verified_artifact(run, NOTEBOOK))),
            end.sentences if end is not None else (),
        )

    @property
    def page(self) -> str:
        """The report as one HTML block."""
        return report_page(self.explanation, self.cells, self.notes)

    @property
    def body(self) -> str:
        """The report without its header, as one HTML block."""
        return report_body(self.explanation, self.cells)

    @property
    def document(self) -> str:
        """The report as a complete HTML file."""
        return report_document(self.explanation, self.cells, self.notes)

    def write(self, path: Path) -> None:
        """Write the report as one HTML file.

        Raises
        ------
        FolderTaken, FolderNotWritable
            If the file can't be written.
        """
        check_file(path)
        with translate_write_errors(path.absolute().parent):
            write_files({path: self.document})

"""Explanation: all that an explain notebook found out about one model, as one document.

It is computed once and kept with the run; every page reads it. A number on a page is a link: the
run of the explanation, its notebook, and the `cell_id` of the section that the number stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.explanations.explained import (
    ColumnRange,
    Counterfactuals,
    Dependence,
    Local,
    Permutation,
    Section,
    Shap,
)
from automl_magic.records.explanations.measured import (
    Calibration,
    Confusion,
    Curves,
    Fairness,
    Residuals,
    Thresholds,
)
from automl_magic.records.families import TaskKind
from automl_magic.records.runs.score import Link, Score

EXPLANATION_NAME = "explanation.json"
NOTEBOOK = "output.ipynb"
SECTIONS = (
    "shap",
    "local",
    "counterfactuals",
    "permutation",
    "dependence",
    "curves",
    "thresholds",
    "confusion",
    "calibration",
    "residuals",
    "fairness",
)


@dataclass(frozen=True, kw_only=True)
class Skipped(Record):
    """A section that is not there, and why, in a sentence."""

    section: str
    why: str
    cell_id: str


@dataclass(frozen=True, kw_only=True)
class Unseen(Record):
    """The predictions that the honest sections are measured on.

    `source` is `holdout` or `out_of_fold`: either way the model that predicted a row had not
    learned from it. `in_words` says which was taken and why; `score` is the metric on these rows.
    """

    source: str
    rows: int
    in_words: str
    score: Score


@dataclass(frozen=True, kw_only=True)
class Explanation(Record):
    """What is known about a model. A section that is None has its reason in `skipped`.

    `run_id` is the run of the explain notebook, `of_run` that of the search that found the model.
    `model_sha256` is the digest of the model's manifest. `output` is the class (its position in
    `classes`) that is explained first, None for a regression. `columns` are those that the model
    reads.
    """

    schema_version: int = 1
    run_id: str
    of_run: str
    model_sha256: str
    data_fingerprint: str
    task: TaskKind
    target: str
    metric: str
    higher_is_better: bool
    classes: tuple[Any, ...] = ()
    output: int | None = None
    threshold: float | None = None
    seed: int = 0
    budget_s: float
    seconds: float
    sensitive: tuple[str, ...] = ()
    immutable: tuple[str, ...] = ()
    columns: tuple[ColumnRange, ...]
    unseen: Unseen
    shap: Shap | None = None
    local: Local | None = None
    counterfactuals: Counterfactuals | None = None
    permutation: Permutation | None = None
    dependence: Dependence | None = None
    curves: Curves | None = None
    thresholds: Thresholds | None = None
    confusion: Confusion | None = None
    calibration: Calibration | None = None
    residuals: Residuals | None = None
    fairness: Fairness | None = None
    skipped: tuple[Skipped, ...] = ()

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")

    @property
    def sections(self) -> dict[str, Section]:
        """Return the sections that were made, by name, in the order of `SECTIONS`."""
        found = {name: getattr(self, name) for name in SECTIONS}
        return {name: section for name, section in found.items() if section is not None}

    def link(self, section: Section) -> Link:
        """Return where the numbers of a section were made."""
        return Link(run_id=self.run_id, notebook=NOTEBOOK, cell_id=section.cell_id)

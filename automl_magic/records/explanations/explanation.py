"""Explanation: all results of an explain notebook for one model, in one document.

It's computed once and stored with the run. All pages read it. Numbers on a page link to the run of
the explanation, its notebook, and the cell (`cell_id`) of their section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Self, TypeVar

from automl_magic.records.codec import OutOfRange, Path, Record, RecordProblem
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.records.explanations.section import Section
from automl_magic.records.families import TaskKind
from automl_magic.records.runs.score import CellLink, Score

EXPLANATION_NAME = "explanation.json"
NOTEBOOK = "output.ipynb"

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, kw_only=True)
class SkippedSection(Record):
    """A skipped section and the reason."""

    section: str
    why: str
    cell_id: str


@dataclass(frozen=True, kw_only=True)
class UnseenPredictions(Record):
    """The predictions on unseen rows, from which the performance sections are computed.

    `source` is `holdout` or `out_of_fold`. In both cases the model wasn't trained on the row that
    it predicted. `in_words` says which source was used and why. `score` is the metric on these
    rows.
    """

    source: str
    rows: int
    in_words: str
    score: Score


@dataclass(frozen=True, kw_only=True)
class Explanation(Record):
    """The explanation of a model: its sections, and in `skipped` the reason for each missing one.

    `run_id` is the run of the explain notebook, `of_run` the search run that produced the model.
    `model_sha256` is the digest of the model's manifest. `output` is the class (its position in
    `classes`) that is explained first, None for a regression. `columns` are the model's input
    columns. `sections` are documents by name, in the order of the notebook. Use `section` to read
    one. In JSON each section is a field with its own name, null if it was skipped.
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
    classes: tuple[object, ...] = ()
    output: int | None = None
    threshold: float | None = None
    seed: int = 0
    budget_s: float
    seconds: float
    sensitive: tuple[str, ...] = ()
    immutable: tuple[str, ...] = ()
    columns: tuple[ColumnRange, ...]
    unseen: UnseenPredictions
    sections: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    skipped: tuple[SkippedSection, ...] = ()

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")

    def section(self, kind: type[S]) -> S | None:
        """Return a section as a record, or None if there is none."""
        document = self.sections.get(kind.name)
        return None if document is None else kind.from_json(document, (kind.name,))

    def to_json(self) -> dict[str, object]:
        document = super().to_json()
        sections, skipped = document.pop("sections"), document.pop("skipped")
        absent = {entry["section"]: None for entry in skipped}
        return {**document, **absent, **sections, "skipped": skipped}

    @classmethod
    def from_json(cls, document: object, path: Path = ()) -> Self:
        if not isinstance(document, Mapping):
            return super().from_json(document, path)
        own = {field_.name for field_ in fields(cls)} - {"sections"}
        values: dict[str, object] = {}
        sections = {}
        for name, value in document.items():
            if name in own:
                values[name] = value
            elif _is_section(value):
                sections[name] = value
            elif value is not None:
                raise RecordProblem.unknown_field(
                    (*path, name), sorted(own), f"a section, or one of {', '.join(sorted(own))}"
                )
        return super().from_json({**values, "sections": sections}, path)

    def link(self, cell_id: str) -> CellLink:
        """Return a link to a cell of the explain notebook."""
        return CellLink(run_id=self.run_id, notebook=NOTEBOOK, cell_id=cell_id)


def documents_of(sections: Iterable[Section]) -> dict[str, dict[str, object]]:
    """Return sections as the documents of an explanation, by name."""
    return {section.name: section.to_json() for section in sections}


def _is_section(value: object) -> bool:
    """Return whether a value has the fields that all sections have."""
    return isinstance(value, Mapping) and {"cell_id", "method", "rows"} <= value.keys()

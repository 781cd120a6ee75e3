"""Explanation: all that an explain notebook found out about one model, as one document.

It is computed once and kept with the run; every page reads it. A number on a page is a link: the
run of the explanation, its notebook, and the `cell_id` of the section that the number stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeVar

from automl_magic.errors import near_miss
from automl_magic.records.codec import OutOfRange, Path, Record, RecordProblem
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.records.explanations.section import Section
from automl_magic.records.families import TaskKind
from automl_magic.records.runs.score import Link, Score

EXPLANATION_NAME = "explanation.json"
NOTEBOOK = "output.ipynb"

S = TypeVar("S", bound=Section)


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
    """What is known about a model: its sections, and of each that is not there, why, in `skipped`.

    `run_id` is the run of the explain notebook, `of_run` that of the search that found the model.
    `model_sha256` is the digest of the model's manifest. `output` is the class (its position in
    `classes`) that is explained first, None for a regression. `columns` are those that the model
    reads. `sections` are documents by name, in the order in which they were made; `section` reads
    one. In JSON each stands under its own name beside the fields, or null where it was skipped.
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
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")

    def section(self, kind: type[S]) -> S | None:
        """Return a section as a record, or None where there is none."""
        document = self.sections.get(kind.name)
        return None if document is None else kind.from_json(document, (kind.name,))

    def to_json(self) -> dict[str, Any]:
        document = super().to_json()
        sections, skipped = document.pop("sections"), document.pop("skipped")
        absent = {one["section"]: None for one in skipped}
        return {**document, **absent, **sections, "skipped": skipped}

    @classmethod
    def from_json(cls, document: object, path: Path = ()) -> Self:
        if not isinstance(document, Mapping):
            return super().from_json(document, path)
        own = {one.name for one in fields(cls)} - {"sections"}
        values: dict[str, Any] = {}
        sections = {}
        for name, value in document.items():
            if name in own:
                values[name] = value
            elif _is_section(value):
                sections[name] = value
            elif value is not None:
                raise RecordProblem(
                    (*path, name),
                    f"a section, or one of {', '.join(sorted(own))}",
                    f"the unknown field {name!r}",
                    unknown=True,
                    close=near_miss(str(name), own),
                )
        return super().from_json({**values, "sections": sections}, path)

    def link(self, cell_id: str) -> Link:
        """Return where the numbers of a cell were made."""
        return Link(run_id=self.run_id, notebook=NOTEBOOK, cell_id=cell_id)


def documents_of(sections: Iterable[Section]) -> dict[str, dict[str, Any]]:
    """Return sections as the documents of an explanation, by name."""
    return {section.name: section.to_json() for section in sections}


def _is_section(value: object) -> bool:
    """Say whether a value has what every section says of itself."""
    return isinstance(value, Mapping) and {"cell_id", "method", "rows"} <= value.keys()

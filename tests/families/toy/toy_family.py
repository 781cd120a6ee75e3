"""counts, where it is planned and searched for: by the library, and never by a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from toy_counts import COUNT

from automl_magic.errors import TargetNotUsable
from automl_magic.records import (
    Candidate,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    ExperimentSpec,
    StepSpec,
    TaskKind,
)
from automl_magic.tasks.context import CandidateContext
from automl_magic.tasks.family import Family, TaskTexts
from automl_magic.tasks.options import Option
from automl_magic.tasks.target import Target


class Counts(Family):
    """How many events there are in each group."""

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            name="group",
            doc="The column that says the group of a row.",
            expected="the name of a column",
            allows=lambda value: value is None or isinstance(value, str),
        ),
    )

    name: ClassVar[str] = "counts"
    templates: ClassVar[Path] = Path(__file__).parent / "pieces"
    texts: ClassVar[Mapping[TaskKind, TaskTexts]] = {
        COUNT: TaskTexts(label="How many", example="How many calls will come in?")
    }

    def read_target(self, dataset: Dataset, name: str, asked: TaskKind | None) -> Target:
        column = dataset.column(name)
        if column.summary.get("quantiles", {}).get("0", -1) < 0:
            raise TargetNotUsable(
                f"The target {name!r} holds no counts.",
                why="A count is a number from 0 on.",
                fix="Use --task regression.",
            )
        decision = Decision(about=DecisionKind.TASK, choice=COUNT, why="You set this.")
        return Target(kind=COUNT, n_labelled=dataset.n_rows - column.n_missing, decision=decision)

    def extra_metrics(self, kind: TaskKind) -> tuple[str, ...]:
        return ("mae",)

    def complete(self, experiment: ExperimentSpec, dataset: Dataset) -> ExperimentSpec:
        asked = super().complete(experiment, dataset)
        if (name := asked.options["group"]) is not None:
            dataset.column(str(name))
            return asked
        labels = [one for one in dataset.columns if one.kind is ColumnKind.CATEGORY]
        few = min(labels, key=lambda one: one.n_unique, default=None)
        return replace(asked, options={"group": few.name if few else None})

    def views(
        self, dataset: Dataset, experiment: ExperimentSpec, left_out: Mapping[str, Decision]
    ) -> dict[str, tuple[StepSpec, ...]]:
        group = experiment.options["group"]
        is_there = group is not None and group not in left_out
        return {"group": (StepSpec(kind="category", columns=(str(group),)),) if is_there else ()}

    def candidates(self, context: CandidateContext) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                name=name,
                estimator="group_mean",
                view="group",
                params={"prior_rows": rows},
                decision=Decision(
                    about=DecisionKind.CANDIDATE,
                    name=name,
                    choice="the mean of each group",
                    why=why,
                    evidence=context.evidence(),
                ),
            )
            for name, rows, why in (
                ("group_mean", 0.0, "Groups differ, and rows within one do not."),
                ("group_mean_shrunk", 5.0, "A small group tells little by itself."),
            )
        )


FAMILY = Counts()

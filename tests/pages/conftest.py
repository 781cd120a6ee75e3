"""Handmade explanations. One function makes all names and values: plain or hostile."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from automl_magic.records import Explanation, Score, SkippedSection, TaskKind, UnseenPredictions
from automl_magic.records.explanations.columns import ColumnRange, Level
from automl_magic.records.explanations.evaluation import (
    Calibration,
    CalibrationBin,
    ClassCurves,
    Confusion,
    Curves,
    Fairness,
    FairnessColumn,
    FairnessGap,
    FairnessGroup,
    Measure,
    PrecisionRecall,
    ResidualBin,
    Residuals,
    Roc,
    ThresholdCurve,
)
from automl_magic.records.explanations.explanation import documents_of
from automl_magic.records.explanations.inspection import (
    Beeswarm,
    ColumnDependence,
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
    Dependence,
    DependenceLine,
    FeatureChange,
    LocalExplanations,
    LocalRow,
    PermutationImportance,
    PermutedColumn,
    Shap,
    ShapColumn,
)

Name = Callable[[str], str]
MADE = {"method": "Method.", "rows": 200, "rows_are": "all of them", "seconds": 1.5}
GRID = tuple(i / 20 for i in range(21))


def measure(value: float) -> Measure:
    return Measure(value=value, low=value - 0.05, high=value + 0.05)


def columns(name: Name) -> tuple[ColumnRange, ...]:
    return (
        ColumnRange(
            name=name("age"), kind="number", entry="number", usual=40.0, missing_share=0.0,
            low=18.0, high=90.0, quantiles=(20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 60.0, 70.0, 85.0),
            is_integer=True,
        ),
        ColumnRange(
            name=name("town"), kind="category", entry="choice", usual=name("Rome"),
            missing_share=0.1, n_levels=3,
            levels=tuple(Level(value=name(v), share=0.3) for v in ("Rome", "Oslo", "Lima")),
            sensitive=True,
        ),
        ColumnRange(
            name=name("since"), kind="datetime", entry="date", usual="2024-05-01",
            missing_share=0.0, earliest="2020-01-01", latest="2026-01-01",
        ),
        ColumnRange(
            name=name("remark"), kind="text", entry="text", usual=name("fine"), missing_share=0.0
        ),
    )  # fmt: skip


def shap(names: list[str], outputs: tuple[int | None, ...], name: Name) -> Shap:
    draw = random.Random(1)
    return Shap(
        cell_id="shap", **MADE, exact=True, scale=name("the log-odds"), unit="log-odds",
        outputs=outputs, base_values=tuple(0.1 for _ in outputs), background_rows=100,
        largest_gap=1e-6,
        columns=tuple(
            ShapColumn(
                column=n, mean_abs=1 / (i + 1), low=0.9 / (i + 1), high=1.1 / (i + 1),
                by_output=tuple(1.0 for _ in outputs),
            )
            for i, n in enumerate(names)
        ),
        beeswarms=tuple(
            Beeswarm(
                column=n, output=output,
                values=tuple(name(str(k)) for k in range(60)),
                position=tuple(None if i == 1 else k / 59 for k in range(60)),
                shap=tuple((k / 59 - 0.5) / (i + 1) + draw.gauss(0, 0.1) for k in range(60)),
            )
            for output in outputs
            for i, n in enumerate(names)
        ),
        notes=(name("A caveat."),),
    )  # fmt: skip


def local(names: list[str], output: int | None, truth: object, name: Name) -> LocalExplanations:
    rows = tuple(
        LocalRow(
            row=k, chosen_as=chosen, why=name("Why."), prediction=truth, truth=truth,
            values={names[0]: 41, names[1]: name("Rome"), names[2]: None, names[3]: name("ok")},
            probabilities=() if output is None else (0.3, 0.7, 0.0)[: output + 1],
            unseen=0.6, output=output,
            base_value=0.1, total=0.9, shap=(0.5, -0.1, 0.3, 0.1),
        )
        for k, chosen in enumerate(("surest", "least_sure", "most_wrong", "random"))
    )  # fmt: skip
    return LocalExplanations(
        cell_id="local", **MADE, scale="the log-odds", unit="log-odds", explained=rows
    )


def counterfactuals(names: list[str], output: int | None, truth: object, name: Name):
    found = Counterfactual(
        changes=(FeatureChange(column=names[1], was=name("Rome"), becomes=name("Oslo")),),
        prediction=truth, output=0.8, distance=0.12, like_row=7,
    )  # fmt: skip
    case = {"prediction": truth, "output": 0.3, "desired": name("another class")}
    return Counterfactuals(
        cell_id="counterfactuals", **MADE, immutable=(names[0],),
        cases=(
            CounterfactualCase(row=0, desired_class=output, counterfactuals=(found,), **case),
            CounterfactualCase(row=1, desired_class=output, why_none=name("Too far."), **case),
        ),
    )  # fmt: skip


def dependence(names: list[str], outputs: tuple[int | None, ...], name: Name) -> Dependence:
    def one(column: str, grid: tuple, *, ordered: bool) -> ColumnDependence:
        wave = tuple(0.5 + 0.3 * math.sin(i / 3) for i in range(len(grid)))
        lines = tuple(
            DependenceLine(
                output=output, mean=wave, low=tuple(v - 0.1 for v in wave),
                high=tuple(v + 0.1 for v in wave),
                ice=(tuple(v + 0.05 for v in wave), tuple(v - 0.05 for v in wave)),
            )
            for output in outputs
        )  # fmt: skip
        density = tuple(1 / len(grid) for _ in grid)
        return ColumnDependence(
            column=column, ordered=ordered, grid=grid, density=density, lines=lines
        )

    return Dependence(
        cell_id="dependence", **MADE, scale="the probability", refitted=False, ice_rows=(1, 2),
        columns=(
            one(names[0], tuple(range(18, 90, 4)), ordered=True),
            one(names[1], tuple(name(v) for v in ("Rome", "Oslo", "Lima")), ordered=False),
            one(names[2], ("2020-01-01", "2023-01-01", "2026-01-01"), ordered=True),
        ),
    )  # fmt: skip


def curves(outputs: tuple[int, ...]) -> Curves:
    bent = tuple(v**0.4 for v in GRID)
    return Curves(
        cell_id="curves", **MADE,
        classes=tuple(
            ClassCurves(
                output=output, rows=90,
                roc=Roc(fpr=GRID, tpr=bent, thresholds=GRID[::-1], auc=measure(0.9)),
                precision_recall=PrecisionRecall(
                    precision=tuple(1 - v / 2 for v in GRID), recall=GRID, thresholds=GRID[:-1],
                    average_precision=measure(0.88), share=0.4,
                ),
            )
            for output in outputs
        ),
    )  # fmt: skip


def thresholds(positive: object) -> ThresholdCurve:
    tp = tuple(round(80 * (1 - t)) for t in GRID)
    fp = tuple(round(120 * (1 - t) ** 3) for t in GRID)
    cost = tuple((f + 5 * (80 - p)) / 200 for f, p in zip(fp, tp, strict=True))
    return ThresholdCurve(
        cell_id="thresholds", **MADE, positive=positive, thresholds=GRID, true_positives=tp,
        false_positives=fp, false_negatives=tuple(80 - p for p in tp),
        true_negatives=tuple(120 - f for f in fp), cost_false_positive=1.0,
        cost_false_negative=5.0, costs_were_given=True, cost_per_row=cost, chosen=0.5,
        chosen_cost_per_row=cost[10], cheapest=GRID[cost.index(min(cost))],
        cheapest_cost_per_row=min(cost),
    )  # fmt: skip


def calibration(of: str) -> Calibration:
    bins = tuple(
        CalibrationBin(
            low=i / 10, high=(i + 1) / 10, rows=20, predicted=i / 10 + 0.05,
            observed=min(1.0, i / 9), observed_low=max(0.0, i / 9 - 0.1),
            observed_high=min(1.0, i / 9 + 0.1),
        )
        for i in range(10)
    )  # fmt: skip
    return Calibration(
        cell_id="calibration", **MADE, of=of, bins=bins, ece=measure(0.06), brier=measure(0.12),
        brier_of_shares=0.24,
    )  # fmt: skip


def residuals() -> Residuals:
    draw = random.Random(2)
    predicted = tuple(draw.uniform(10, 90) for _ in range(150))
    truth = tuple(p + draw.gauss(0, 5) for p in predicted)
    deciles = tuple(
        ResidualBin(
            low=10.0 * i, high=10.0 * i + 10, rows=15, mean=measure(0.1 * i), median=0.1 * i - 0.4,
            middle_low=-6.0, middle_high=6.5, mean_absolute=3.0,
        )
        for i in range(10)
    )  # fmt: skip
    return Residuals(
        cell_id="residuals", **MADE, point_rows=tuple(range(150)), points_predicted=predicted,
        points_true=truth, edges=tuple(range(-15, 16, 5)), counts=(3, 30, 50, 40, 20, 7),
        levels=(0.05, 0.5, 0.95), quantiles=(-8.0, 0.1, 8.2), deciles=deciles, mean=measure(0.1),
        mean_absolute=measure(4.0), root_mean_square=measure(5.0),
    )  # fmt: skip


def fairness(column: str, name: Name) -> Fairness:
    groups = tuple(
        FairnessGroup(
            name=name(town), rows=60, share=0.3, is_small=i == 2,
            measures={"selection_rate": measure(0.3 + i / 10), "accuracy": measure(0.8)},
        )
        for i, town in enumerate(("Rome", "Oslo", "Lima"))
    )  # fmt: skip
    gap = FairnessGap(
        name="selection_rate", measure=measure(0.1), in_words=name("Oslo gets more."), limit=0.05,
        within_limit=False,
    )  # fmt: skip
    of = FairnessColumn(column=column, grouped=name("By value."), groups=groups, gaps=(gap,))
    return Fairness(cell_id="fairness", **MADE, columns=(of,), positive=name("yes"))


def explanation(kind: str = "binary", name: Name = str) -> Explanation:
    """Return an explanation of a task; `name` makes every name and value that data could hold."""
    of = columns(name)
    names = [column.name for column in of]
    classes = {
        "binary": (name("no"), name("yes")),
        "multiclass": (name("red"), name("green"), name("blue")),
        "regression": (),
    }[kind]
    output = len(classes) - 1 if classes else None
    outputs = tuple(range(len(classes))) if kind == "multiclass" else (output,)
    truth = classes[-1] if classes else 41.5
    found = {
        "shap": shap(names, outputs, name),
        "local": local(names, output, truth, name),
        "counterfactuals": counterfactuals(names, output, truth, name),
        "permutation": PermutationImportance(
            cell_id="permutation", **MADE, metric=name("roc_auc"), score=0.9, repeats=10,
            refitted=True,
            columns=tuple(
                PermutedColumn(column=n, increase=0.2 / (i + 1), low=0.1 - i / 20, high=0.3)
                for i, n in enumerate(names)
            ),
        ),
        "dependence": dependence(names, outputs, name),
    }  # fmt: skip
    if kind == "regression":
        found["residuals"] = residuals()
    else:
        n = len(classes)
        counts = tuple(tuple(40 if i == j else 3 + i for j in range(n)) for i in range(n))
        found["curves"] = curves(tuple(range(n)))
        found["confusion"] = Confusion(
            cell_id="confusion", **MADE, outputs=tuple(range(n)), counts=counts
        )
        found["calibration"] = calibration(name("the probability of yes"))
    if kind == "binary":
        found |= {"thresholds": thresholds(name("yes")), "fairness": fairness(names[1], name)}
    metric = "rmse" if kind == "regression" else "roc_auc"
    return Explanation(
        run_id="e1", of_run="r1", model_sha256="ab" * 32, data_fingerprint="cd",
        task=TaskKind(kind), target=name("bought"), metric=metric,
        higher_is_better=kind != "regression", classes=classes, output=output, threshold=0.5,
        budget_s=60.0, seconds=30.0, columns=of, sensitive=(names[1],), immutable=(names[0],),
        unseen=UnseenPredictions(
            source="holdout", rows=200, in_words=name("The holdout."),
            score=Score(metric=metric, score=0.9, rows=200, low=0.85, high=0.95),
        ),
        skipped=(SkippedSection(section="residuals", why=name("Not here."), cell_id="residuals"),),
        sections=documents_of(found.values()),
    )  # fmt: skip


@pytest.fixture
def explained() -> Callable[..., Explanation]:
    return explanation

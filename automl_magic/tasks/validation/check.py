"""check: split the rows as the search will, and choose another split if a part can't be scored."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from automl_magic.errors import PlanError, TooFewRows
from automl_magic.records import (
    Dataset,
    Decision,
    DecisionKind,
    Finding,
    Severity,
    Split,
    SplitKind,
)
from automl_magic.records.plans.decision import USUAL
from automl_magic.records.plans.experiment import CrossValidation
from automl_magic.tasks.labelled_rows import LabelledRows
from automl_magic.tasks.target import Target
from automl_magic.tasks.validation.choose import Choice, ReadUnits, choose_split
from automl_magic.tasks.validation.parts import (
    SplitParts,
    is_surely_spread,
    measure_parts,
    split_values,
)

# The finding about a split that was set by hand. It has a page with the data checks.
CODE, TITLE = "AM101", "A part of the split can't be scored"
# Holdouts to try if the usual one can't be scored. Without one, the other rows can still be scored.
OTHER_HOLDOUTS = (0.3, 0.4, 0.0)


@dataclass(frozen=True, kw_only=True)
class ValidationPlan:
    """The split, what it does with the rows, and the decisions behind it.

    `n_holdout` is the number of rows that are held out.
    """

    split: Split
    n_holdout: int
    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...] = ()


def make_validation(
    cv: CrossValidation, dataset: Dataset, target: Target, rows: LabelledRows
) -> ValidationPlan:
    """Choose the unset options of the split, and check the others on the rows.

    If a fold or the holdout would have one row, one class or one value, unset options get another
    value. If all options are set, or none is better, a finding says so.

    Raises
    ------
    PlanError
        If the split doesn't fit the task or lacks its column, or if models would be trained without
        the classes that they are scored on.
    TooFewRows
        If there are too few rows for the folds or the holdout.
    """
    check = _Check(cv, dataset, target, rows)
    first = check.choose(cv)
    parts = check.measured(first.split)
    if isinstance(parts, SplitParts) and not parts.problems:
        return _validation(first, parts, target)
    for choice in check.alternatives(cv, first):
        other = check.measured(choice.split)
        if isinstance(other, SplitParts) and not other.problems:
            return _validation(_with_reasons(choice, first, parts), other, target)
    if isinstance(parts, TooFewRows):
        raise parts
    fix = check.suggestion(first)
    if parts.training_problem is not None:
        raise PlanError(
            f"Can't score a model with this {first.split.kind.value} split.",
            why=parts.training_problem,
            fix=fix,
        )
    finding = Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=" ".join(parts.problems),
        fix=fix,
        columns=() if first.split.column is None else (first.split.column,),
        evidence={"folds": first.split.folds, "holdout_rows": parts.n_holdout},
    )
    return dataclasses.replace(_validation(first, parts, target), findings=(finding,))


class _Check:
    """Splits the rows of one table. Groups and times are read once."""

    def __init__(
        self, cv: CrossValidation, dataset: Dataset, target: Target, rows: LabelledRows
    ) -> None:
        self.cv, self.dataset, self.target, self.rows = cv, dataset, target, rows

        @functools.cache
        def read_units(kind: SplitKind, column: str, date_format: str | None) -> object:
            return split_values(kind, column, date_format, rows)

        self.read_units: ReadUnits = read_units  # type: ignore[assignment]

    def choose(self, cv: CrossValidation) -> Choice:
        return choose_split(cv, self.dataset, self.target, self.read_units)

    def measured(self, split: Split) -> SplitParts | TooFewRows:
        """Return the parts of a split, or the error if one would be empty."""
        if is_surely_spread(split, self.rows):
            n_rows = self.target.n_labelled
            n_holdout = math.ceil(split.holdout * n_rows)
            return SplitParts(n_development=n_rows - n_holdout, n_holdout=n_holdout)
        units = None
        if split.column is not None:
            units = self.read_units(split.kind, split.column, split.date_format)
        try:
            return measure_parts(split, self.rows.y, units, self.target.classes)
        except TooFewRows as error:
            return error

    def alternatives(self, cv: CrossValidation, first: Choice) -> Iterator[Choice]:
        """Yield splits with other values of the options that aren't set, the closest first."""
        for other in _other_options(cv, first.split):
            try:
                yield self.choose(other)
            except PlanError:
                continue

    def suggestion(self, first: Choice) -> str:
        """Return what to do about a split that can't be scored, with options that can."""
        free = dataclasses.replace(self.cv, folds=None, holdout=None)
        for choice in self.alternatives(free, first):
            parts = self.measured(choice.split)
            if isinstance(parts, TooFewRows) or parts.problems:
                continue
            if choice.split.kind is not first.split.kind:
                return f"Set cv.type to {choice.split.kind.value}."
            options = []
            if choice.split.folds != first.split.folds:
                options.append(f"--folds {choice.split.folds}")
            if choice.split.holdout != first.split.holdout:
                options.append(f"--holdout {choice.split.holdout:g}")
            return f"Use {' '.join(options)}."
        match first.split.kind:
            case SplitKind.GROUPED:
                return "Choose another column with --group, or omit it."
            case SplitKind.TIME:
                return "Set cv.type to stratified or kfold, or add rows from other times."
        return "Add rows with other values of the target."


def _other_options(cv: CrossValidation, split: Split) -> Iterator[CrossValidation]:
    kinds = [cv]
    if cv.type is None and cv.column is None and split.kind is SplitKind.TIME:
        # Only the plan's own choice of a time split can be dropped.
        kinds += [
            dataclasses.replace(cv, type=SplitKind.STRATIFIED),
            dataclasses.replace(cv, type=SplitKind.KFOLD),
        ]
    holdouts: tuple[float, ...] = (split.holdout,)
    if cv.holdout is None and split.holdout:
        holdouts += OTHER_HOLDOUTS
    folds = range(split.folds, 1, -1) if cv.folds is None else (split.folds,)
    for kind in kinds:
        for holdout in holdouts:
            for n_folds in folds:
                yield dataclasses.replace(kind, holdout=holdout, folds=n_folds)


def _with_reasons(choice: Choice, first: Choice, parts: SplitParts | TooFewRows) -> Choice:
    """Return the choice with a reason for each option that differs from the first choice."""
    usual = {decision.about: decision for decision in first.decisions}
    decisions = []
    for decision in choice.decisions:
        before = usual[decision.about]
        if decision.choice == before.choice:
            decisions.append(before)
            continue
        if decision.about is DecisionKind.REPEATS:
            decisions.append(decision)
            continue
        problem = _problem(parts, decision.about)
        decisions.append(
            dataclasses.replace(
                decision,
                why=f"Usually {before.choice}, but: {problem}",
                evidence={**decision.evidence, USUAL: before.choice},
                rejected=(f"{before.choice}: {problem}",),
            )
        )
    return Choice(split=choice.split, decisions=tuple(decisions))


def _problem(parts: SplitParts | TooFewRows, about: DecisionKind) -> str:
    """Return the problem that explains another choice, if there are several."""
    if isinstance(parts, TooFewRows):
        return parts.what
    if about is DecisionKind.HOLDOUT and parts.holdout_problem is not None:
        return parts.holdout_problem
    return parts.problems[0]


def _validation(choice: Choice, parts: SplitParts, target: Target) -> ValidationPlan:
    decisions = tuple(
        _with_numbers(decision, parts, target.n_labelled)
        if decision.about is DecisionKind.HOLDOUT
        else decision
        for decision in choice.decisions
    )
    return ValidationPlan(split=choice.split, n_holdout=parts.n_holdout, decisions=decisions)


def _with_numbers(decision: Decision, parts: SplitParts, n_rows: int) -> Decision:
    """Return the decision on the holdout with the numbers of the real split."""
    if parts.n_holdout == 0:
        return decision
    groups = ""
    evidence = {**decision.evidence, "holdout_rows": parts.n_holdout}
    if parts.n_holdout_groups is not None:
        groups = f" in {parts.n_holdout_groups:,} groups"
        evidence["holdout_groups"] = parts.n_holdout_groups
    numbers = f"{parts.n_holdout:,} of {n_rows:,} rows{groups} score the final model once."
    return dataclasses.replace(decision, why=f"{decision.why} {numbers}", evidence=evidence)

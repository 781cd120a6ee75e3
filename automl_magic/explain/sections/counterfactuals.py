"""Counterfactuals: small changes of a row that change its prediction.

Immutable columns never change. New values are those of real rows, or between those and the old
value. Each counterfactual is verified by predicting it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_percent, format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.explain.counterfactual_search import CounterfactualSearch, DesiredOutcome
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import JsonScalar, format_cell, round_number, to_json_value
from automl_magic.explain.section import ExplainPart, ExplainSection, section_metadata
from automl_magic.explain.select_rows import (
    LEAST_SURE,
    LOWEST,
    MOST_WRONG,
    RANDOM,
    SelectedRow,
    select_rows,
)
from automl_magic.explain.time_budget import SectionDeadline
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.inspection import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
)

MAX_CASES, PER_KIND, MAX_PER_ROW = 8, 2, 3
METHOD = (
    "Nearest unlike neighbours with greedy changes (NICE, Brughmans, Leyman & Martens, Data Mining "
    "and Knowledge Discovery 38, 2024): adopts values from the most similar rows with the desired "
    "prediction, the most effective first, until the prediction changes. Then it undoes the "
    "changes that aren't needed, and moves numbers back as far as the prediction holds."
)


SECTION = ExplainSection(
    record=Counterfactuals,
    part=ExplainPart.CHANGES,
    position=3,
    time_share=1.0,
)


@SECTION.cell
def counterfactuals(
    explainer: Explainer, /, *, ranges: Mapping[str, Sequence[float]] | None = None
) -> SectionResult:
    """Find small changes of some rows that change their predictions.

    Parameters
    ----------
    ranges : mapping of str to (low, high), optional
        The allowed range of each column. By default, the range of the column in the table.
    """
    deadline = explainer.clock.until(SECTION.time_share)
    # A changed personal value would be that of another person.
    fixed = {*explainer.immutable, *explainer.personal}
    changeable = [name for name in explainer.columns if name not in fixed]
    if not changeable:
        raise SectionSkipped("All columns of the model are immutable or look personal.")
    search = CounterfactualSearch(explainer, changeable, dict(ranges or {}))
    selected = _cases(explainer)
    cases: list[CounterfactualCase] = []
    for index, row in enumerate(selected):
        if cases and deadline.has_passed:
            break
        case_deadline = SectionDeadline.after(deadline.remaining_s / (len(selected) - index))
        cases.append(_case(explainer, search, row, case_deadline))
    notes = []
    if len(cases) < len(selected):
        notes.append(f"Stopped at its time limit after {len(cases)} of {len(selected)} rows.")
    notes.append(
        "The final model was trained on these rows. If it memorized a row, a slight change can "
        "change the prediction."
    )
    notes.append(
        "They show what the model would predict, not what would happen: correlation in the table "
        "isn't causation."
    )
    section = Counterfactuals(
        **section_metadata(
            METHOD,
            rows=len(cases),
            rows_are=f"{len(cases)} of the rows above, by the final model; {search.in_words}",
            notes=notes,
        ),
        immutable=explainer.immutable,
        cases=tuple(cases),
    )
    return section, CellOutput(tables=[_table(section)])


def _cases(explainer: Explainer) -> list[SelectedRow]:
    """Return the rows to find counterfactuals for."""
    kinds = (MOST_WRONG, LEAST_SURE, RANDOM, LOWEST)
    rows = select_rows(explainer)
    selected = []
    for kind in kinds:
        of_kind = [row for row in rows if row.reason_kind == kind]
        selected += of_kind[:PER_KIND]
    return selected[:MAX_CASES]


def _case(
    explainer: Explainer, search: CounterfactualSearch, row: SelectedRow, deadline: SectionDeadline
) -> CounterfactualCase:
    predicted = explainer.predict(explainer.rows([row.position]))
    desired, in_words = _desired_outcome(explainer, predicted)
    if predicted.ndim == 1:
        output = round_number(predicted[0])
        prediction: JsonScalar = output
    else:
        prediction = to_json_value(explainer.recipe.classes[int(explainer.codes(predicted)[0])])
        assert desired.code is not None
        output = round_number(predicted[0, desired.code])
    counterfactuals_ = search.find(row.position, desired, MAX_PER_ROW, deadline)
    why_none = None
    if not counterfactuals_:
        why_none = (
            "With the immutable columns unchanged, none of the most similar rows leads to the "
            "desired prediction."
        )
    return CounterfactualCase(
        row=int(explainer.row_numbers[row.position]),
        prediction=prediction,
        output=output,
        desired=in_words,
        desired_class=desired.code,
        desired_low=None if desired.low is None else round_number(desired.low),
        desired_high=None if desired.high is None else round_number(desired.high),
        counterfactuals=tuple(counterfactuals_),
        why_none=why_none,
    )


def _desired_outcome(explainer: Explainer, predicted: Floats) -> tuple[DesiredOutcome, str]:
    """Return the desired outcome: the next most probable class, or the opposite quartile."""
    if predicted.ndim == 1:
        low, middle, high = np.quantile(explainer.y, [0.25, 0.5, 0.75])
        if predicted[0] < middle:
            return DesiredOutcome(
                low=float(high)
            ), f"a value of {format_value(float(high))} or more"
        return DesiredOutcome(high=float(low)), f"a value of {format_value(float(low))} or less"
    predicted_code = int(explainer.codes(predicted)[0])
    ranked_codes = np.argsort(-predicted[0], kind="stable")
    code = int(next(code for code in ranked_codes if code != predicted_code))
    return DesiredOutcome(code=code), f"the class {explainer.label(code)}"


def _table(section: Counterfactuals) -> TextTable:
    rows = []
    for case in section.cases:
        start = (str(case.row), _format_prediction(case.prediction), _desired_now(case))
        if not case.counterfactuals:
            rows.append((*start, case.why_none or "", "–"))
        rows += [(*start, _changes(result), _after(result)) for result in case.counterfactuals]
    return TextTable(
        "Counterfactuals",
        ("Row", "Prediction", "Desired", "Changes", "New prediction"),
        rows,
        frozenset({0}),
    )


def _changes(counterfactual: Counterfactual) -> str:
    return "; ".join(
        f"{format_cell(change.column, 24)}: {_format_prediction(change.was)} → "
        f"{_format_prediction(change.becomes)}"
        for change in counterfactual.changes
    )


def _desired_now(case: CounterfactualCase) -> str:
    now = "" if case.desired_class is None else f" (now {format_percent(case.output)})"
    return case.desired + now


def _after(counterfactual: Counterfactual) -> str:
    if isinstance(counterfactual.prediction, float):
        return format_value(counterfactual.prediction)
    return (
        f"{_format_prediction(counterfactual.prediction)} ({format_percent(counterfactual.output)})"
    )


def _format_prediction(value: object) -> str:
    return format_cell(value, 24)

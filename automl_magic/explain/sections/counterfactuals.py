"""counterfactuals: what would have to be different about a row for another answer.

Only columns that may change do, new values are those of real rows or lie between the old value and
one of those, and each counterfactual is verified by predicting it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl_magic.explain.choose import (
    LEAST_SURE,
    LOWEST,
    MOST_WRONG,
    RANDOM,
    Chosen,
    chosen_rows,
)
from automl_magic.explain.clock import Deadline
from automl_magic.explain.nearest import Search, Wanted
from automl_magic.explain.section import ExplainSection, Part, section_metadata
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import plain, rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_percent, format_value
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.explained import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
)

MOST_CASES, OF_EACH_KIND, MOST_EACH = 8, 2, 3
METHOD = (
    "Nearest unlike neighbours with greedy changes (NICE, Brughmans, Leyman & Martens, Data Mining "
    "and Knowledge Discovery 38, 2024): from the most similar rows with the wanted answer, the "
    "change that helps most is taken over until the answer is reached; then what is not needed is "
    "taken back, and numbers are moved back as far as the answer holds."
)


SECTION = ExplainSection(
    record=Counterfactuals,
    part=Part.CHANGES,
    place=3,
    time_share=1.0,
)


@SECTION.cell
def counterfactuals(
    subject: Subject, /, *, ranges: Mapping[str, Sequence[float]] | None = None
) -> SectionResult:
    """Find few changes to some rows after which the model says something else.

    Parameters
    ----------
    ranges : mapping, optional
        The least and the largest value that a column may be changed to, by its name; otherwise
        those that stand in the table.
    """
    deadline = subject.clock.until(SECTION.time_share)
    changeable = [name for name in subject.columns if name not in subject.immutable]
    if not changeable:
        raise SectionSkipped("Every column that the model reads is immutable.")
    search = Search(subject, changeable, dict(ranges or {}))
    chosen = _cases(subject)
    cases: list[CounterfactualCase] = []
    for place, one in enumerate(chosen):
        if cases and deadline.is_over:
            break
        of_case = Deadline.after(deadline.left_s / (len(chosen) - place))
        cases.append(_case(subject, search, one, of_case))
    notes = []
    if len(cases) < len(chosen):
        notes.append(f"Stopped at its share of the time after {len(cases)} of {len(chosen)} rows.")
    notes.append(
        "The final model has learned from these rows; of one that it knows by heart, a slight "
        "change may turn the answer."
    )
    notes.append(
        "They say what the model would answer, not what would happen: a change to a column need "
        "not cause what goes along with it in the table."
    )
    section = Counterfactuals(
        **section_metadata(
            METHOD,
            rows=len(cases),
            rows_are=f"{len(cases)} of the rows above, by the final model; {search.in_words}",
            notes=notes,
        ),
        immutable=subject.immutable,
        cases=tuple(cases),
    )
    return section, CellOutput(tables=[_table(section)])


def _cases(subject: Subject) -> list[Chosen]:
    """Return rows of which another answer is worth asking for."""
    kinds = (MOST_WRONG, LEAST_SURE, RANDOM, LOWEST)
    chosen = chosen_rows(subject)
    found = []
    for kind in kinds:
        of_kind = [one for one in chosen if one.chosen_as == kind]
        found += of_kind[:OF_EACH_KIND]
    return found[:MOST_CASES]


def _case(subject: Subject, search: Search, one: Chosen, deadline: Deadline) -> CounterfactualCase:
    predicted = subject.predict(subject.rows([one.position]))
    wanted, in_words = _wanted(subject, predicted)
    if predicted.ndim == 1:
        said: Any = rounded(predicted[0])
        output = said
    else:
        said = plain(subject.recipe.classes[int(subject.codes(predicted)[0])])
        assert wanted.code is not None
        output = rounded(predicted[0, wanted.code])
    found = search.find(one.position, wanted, MOST_EACH, deadline)
    why_none = None
    if not found:
        why_none = (
            "None of the most similar rows with that answer leads to it while the immutable "
            "columns stay as they are."
        )
    return CounterfactualCase(
        row=int(subject.row_numbers[one.position]),
        prediction=said,
        output=output,
        wanted=in_words,
        wanted_class=wanted.code,
        wanted_low=None if wanted.low is None else rounded(wanted.low),
        wanted_high=None if wanted.high is None else rounded(wanted.high),
        found=tuple(found),
        why_none=why_none,
    )


def _wanted(subject: Subject, predicted: Any) -> tuple[Wanted, str]:
    """Return the other class, the next most probable one, or the far quarter of the values."""
    if predicted.ndim == 1:
        low, middle, high = np.quantile(subject.y, [0.25, 0.5, 0.75])
        if predicted[0] < middle:
            return Wanted(low=float(high)), f"a value of {format_value(float(high))} or more"
        return Wanted(high=float(low)), f"a value of {format_value(float(low))} or less"
    said = int(subject.codes(predicted)[0])
    others = np.argsort(-predicted[0], kind="stable")
    code = int(next(code for code in others if code != said))
    return Wanted(code=code), f"the answer {subject.label(code)}"


def _table(found: Counterfactuals) -> TextTable:
    rows = []
    for case in found.cases:
        start = (str(case.row), _said(case.prediction), _wanted_now(case))
        if not case.found:
            rows.append((*start, case.why_none or "", "–"))
        rows += [(*start, _changes(one), _after(one)) for one in case.found]
    return TextTable(
        "What would have to be different",
        ("Row", "The model says", "Wanted", "Changes", "Then it says"),
        rows,
        frozenset({0}),
    )


def _changes(one: Counterfactual) -> str:
    return "; ".join(
        f"{shown(change.column, 24)}: {_said(change.was)} → {_said(change.becomes)}"
        for change in one.changes
    )


def _wanted_now(case: CounterfactualCase) -> str:
    now = "" if case.wanted_class is None else f" (now {format_percent(case.output)})"
    return case.wanted + now


def _after(one: Counterfactual) -> str:
    if isinstance(one.prediction, float):
        return format_value(one.prediction)
    return f"{_said(one.prediction)} ({format_percent(one.output)})"


def _said(value: Any) -> str:
    return shown(value, 24)

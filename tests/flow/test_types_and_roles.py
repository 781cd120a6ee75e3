"""Each type of column in each role can be planned, or is refused by the column's name."""

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.errors import AutomlMagicError, DataNotReadable
from automl_magic.recipe import encode_target, has_target, select_columns
from automl_magic.tasks.target import target_rule
from tests.tables_of_types import READ, REFUSED, N

NAME = "a column"
ROLES = {
    "feature": {},
    "group": {"group": NAME},
    "time": {"time": NAME},
    "target": {},
}


def _plan(column, role):
    frame = pd.DataFrame(
        {
            NAME: column,
            "x": np.arange(N) * 7 % 31 / 2,
            "z": np.arange(N) % 5,
            "y": [0, 1] * (N // 2),
        }
    )
    target = NAME if role == "target" else "y"
    try:
        return frame, flow.preview(frame, target, **ROLES[role])
    except AutomlMagicError as error:
        return frame, error


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", READ)
def test_a_type_in_a_role_is_planned_or_refused_by_name(kind, role):
    frame, plan = _plan(READ[kind], role)
    if isinstance(plan, AutomlMagicError):
        assert role != "feature"
        # An error about the split tells which option names the column.
        names = {"target": NAME, "group": "--group", "time": "time"}
        assert names[role] in f"{plan.what} {plan.why} {plan.fix}"
        return
    if role == "target":
        values = select_columns(frame, [NAME])[NAME]
        rule = target_rule(plan.dataset.column(NAME))
        labelled = values[has_target(values, rule)]
        y = encode_target(labelled, plan.task, plan.classes, rule)
        assert len(y) == N - plan.dataset.column(NAME).n_missing
        assert len(np.unique(y)) == plan.dataset.column(NAME).n_unique
    if role in ("group", "time"):
        assert plan.split.column == NAME


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", REFUSED)
def test_a_type_that_no_model_reads_is_refused_in_every_role(kind, role):
    _, error = _plan(REFUSED[kind][0], role)

    assert isinstance(error, DataNotReadable)
    assert NAME in error.what

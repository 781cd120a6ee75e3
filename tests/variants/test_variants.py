"""One table, written in many ways, at every door: the same predictions, or a refusal by name.

To see the counts per door and axis: `pytest -s tests/variants`.
"""

from __future__ import annotations

import itertools
import warnings
import zlib

import pytest

from tests.variants.conftest import HAS_EXCEL
from tests.variants.doors import Command, Grpc, Http, Magic, Predict, Pyfunc, Stream, removed
from tests.variants.judge import Tally, judge
from tests.variants.server_doors import LiveBatch, LiveGrpc, LiveHttp
from tests.variants.training_doors import (
    Notebook,
    PlanDoor,
    PlanMagic,
    WizardTable,
    teaches_the_same,
)
from tests.variants.variant import random_variants, single_axes

# Doors with the number of their variants in `make test` and in `make test-all`.
SCORING = ((Predict(), 75, 1_000), (Command(), 20, 300), (Magic(), 20, 300), (Pyfunc(), 55, 700))
ROWS = ((Stream(), 45, 900), (Http(), 40, 800), (Grpc(), 30, 600))
TRAINING = ((PlanDoor(), 3, 90), (PlanMagic(), 1, 45), (WizardTable(), 2, 60), (Notebook(), 3, 45))
N_JOBS, N_LIVE = (6, 100), (0, 20)


def ask_all(trained, doors, tmp_path, *, is_long):
    """Ask doors for variants of all training tables, and judge the answers."""
    tally = Tally()
    for door, *numbers in doors:
        for number, model in enumerate(trained):
            share, rest = divmod(numbers[is_long], len(trained))
            for variant in variants(door, model, share + (number < rest), is_long=is_long):
                with removed(tmp_path) as folder, warnings.catch_warnings(action="ignore"):
                    tally.add(judge(door, model, variant, folder))
    print(f"\n{tally}\n", *tally.bad, sep="\n")
    return tally


def variants(door, model, n, *, is_long):
    """Return `n` variants for a door: random ones, and at first one axis at a time if long."""
    formats = [name for name in door.formats if name != "xlsx" or HAS_EXCEL]
    if isinstance(door, Notebook):
        formats = [model.variant.format]
    seed = zlib.crc32(f"{door.name} {model.name}".encode())
    singles = single_axes(model.variant, (formats[0], formats[-1])) if is_long else []
    every = itertools.chain(singles, random_variants(model.variant, tuple(formats), seed))
    if isinstance(door, PlanDoor | PlanMagic | WizardTable | Notebook):
        every = filter(teaches_the_same, every)
    return itertools.islice(every, n)


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_table_in_another_form_gets_the_same_predictions_or_a_refusal_by_column(
    trained, batch_job, tmp_path, is_long
):
    doors = (*SCORING, (batch_job, *N_JOBS))
    assert ask_all(trained, doors, tmp_path, is_long=is_long).bad == []


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_row_in_another_form_gets_the_same_prediction_or_a_refusal_by_column(
    trained, tmp_path, is_long
):
    assert ask_all(trained, ROWS, tmp_path, is_long=is_long).bad == []


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_table_in_another_form_teaches_the_same_model(trained, tmp_path, is_long):
    assert ask_all(trained, TRAINING, tmp_path, is_long=is_long).bad == []


@pytest.mark.long
def test_a_server_answers_as_its_parts_do(trained, live, tmp_path):
    doors = [(LiveHttp(live=live), *N_LIVE), (LiveGrpc(live=live), *N_LIVE)]
    doors.append((LiveBatch(live=live), *N_LIVE))
    assert ask_all(trained, doors, tmp_path, is_long=True).bad == []

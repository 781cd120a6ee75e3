"""One table, written in many ways, at every door: the same predictions, or a refusal by name.

To see the counts per door and axis: `pytest -s tests/variants`.
"""

from __future__ import annotations

import itertools
import random
import warnings
import zlib

import pytest

from tests.variants.conftest import HAS_EXCEL
from tests.variants.doors import Command, Grpc, Http, Magic, Predict, Pyfunc, Stream, removed
from tests.variants.judge import Tally, judge
from tests.variants.models import train_with_command
from tests.variants.server_doors import BatchJob, LiveBatch, LiveGrpc, LiveHttp
from tests.variants.training_doors import (
    Notebook,
    PlanDoor,
    PlanMagic,
    WizardTable,
    teaches_the_same,
)
from tests.variants.variant import random_variants, single_axes

# Doors with the number of their variants in `make test` and in `make test-all`.
SCORING = ((Predict(), 85, 1_060), (Command(), 12, 300), (Magic(), 20, 300), (Pyfunc(), 55, 700))
ROWS = ((Stream(), 49, 900), (Http(), 42, 800), (Grpc(), 30, 600))
TRAINING = ((PlanDoor(), 2, 90), (PlanMagic(), 1, 45), (WizardTable(), 1, 60), (Notebook(), 1, 45))
# A process of its own reads these, which takes a second.
IN_A_CHILD = ("xlsx", "zip")
N_JOBS, N_LIVE = (2, 100), (0, 30)


def ask_all(trained, doors, tmp_path, *, is_long=False):
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


def variants(door, model, n, *, is_long=True):
    """Return `n` variants for a door: by turns one with one other axis, and one with several."""
    skipped = () if is_long and HAS_EXCEL else ("xlsx",) if is_long else IN_A_CHILD
    formats = [name for name in door.formats if name not in skipped]
    if isinstance(door, Notebook):
        formats = [model.variant.format]
    seed = zlib.crc32(f"{door.name} {model.deployment}".encode())
    singles = single_axes(model.variant, tuple(formats))
    random.Random(seed).shuffle(singles)
    several = random_variants(model.variant, tuple(formats), seed)
    every = itertools.chain(
        itertools.chain.from_iterable(zip(singles, several, strict=False)), several
    )
    if isinstance(door, PlanDoor | PlanMagic | WizardTable | Notebook):
        every = filter(teaches_the_same, every)
    if isinstance(door, Notebook):
        # Its cell says how the file is read: the encoding and the columns.
        every = (variant.with_(encoding="utf-8", index="none") for variant in every)
    return itertools.islice(every, n)


def test_a_table_in_another_form_gets_the_same_predictions_or_a_refusal_by_column(
    trained, deploy, tmp_path
):
    plane = deploy(trained)
    doors = (*SCORING, (BatchJob(engine=plane.engine, home=plane.home), *N_JOBS))

    assert ask_all(trained, doors, tmp_path).bad == []


def test_a_row_in_another_form_gets_the_same_prediction_or_a_refusal_by_column(trained, tmp_path):
    assert ask_all(trained, ROWS, tmp_path).bad == []


def test_a_table_in_another_form_teaches_the_same_model(trained, tmp_path):
    assert ask_all(trained, TRAINING, tmp_path).bad == []


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_five_thousand_forms_at_all_doors(trained_on_all_targets, deploy, tmp_path):
    plane = deploy(trained_on_all_targets)
    job = (BatchJob(engine=plane.engine, home=plane.home), *N_JOBS)
    doors = (*SCORING, job, *ROWS, *TRAINING)

    tally = ask_all(trained_on_all_targets, doors, tmp_path, is_long=True)

    assert (len(tally.cases), tally.bad) == (5_000, [])


@pytest.mark.long
@pytest.mark.timeout(1_000)
def test_the_model_of_automl_fit_reads_every_form(trained, tmp_path):
    models = [train_with_command(model, tmp_path) for model in trained]

    assert (
        ask_all(models, ((Predict(), 0, 60), (Command(), 0, 60)), tmp_path, is_long=True).bad == []
    )


@pytest.mark.long
@pytest.mark.timeout(1_000)
def test_a_server_answers_as_its_parts_do(trained, live, tmp_path):
    doors = [(door(live=live), *N_LIVE) for door in (LiveHttp, LiveGrpc, LiveBatch)]

    assert ask_all(trained, doors, tmp_path, is_long=True).bad == []

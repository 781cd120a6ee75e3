"""The networks propose themselves where their epochs fit, and PyTorch's where it is installed."""

import subprocess
import sys

import pytest

from automl_magic.records import ColumnKind, TaskKind
from automl_magic.tasks.tabular.candidates import (
    TabularContext,
    kernel,
    mlp,
    propose_all,
    realmlp,
    tabm,
)
from automl_magic.tasks.tabular.candidates.network_cost import EpochCost, dense_width, fold_s


def a_context(n_rows, n_columns=20, **more):
    settings = {"task": TaskKind("binary"), "n_classes": 2, "budget_s": 60.0, "threads": 2} | more
    kinds = settings.pop("kinds", {ColumnKind.NUMBER: n_columns})
    return TabularContext(n_rows=n_rows, n_columns=n_columns, kinds=kinds, **settings)


@pytest.mark.parametrize("module", [kernel, mlp, realmlp, tabm])
def test_a_table_too_large_for_the_budget_is_left_to_others(module):
    assert module.propose(a_context(400_000, 100)) is None


@pytest.mark.parametrize("module", [kernel, mlp])
def test_what_needs_no_pytorch_is_proposed_on_small_tables(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)

    assert module.propose(a_context(500)) is not None


@pytest.mark.parametrize("module", [realmlp, tabm])
def test_without_pytorch_its_networks_are_not_proposed(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)

    assert module.propose(a_context(500)) is None
    assert module.make(a_context(500)).estimator == module.__name__.rsplit(".", 1)[-1]


@pytest.mark.parametrize("module", [realmlp, tabm])
def test_with_pytorch_its_networks_are_proposed_where_they_fit(module):
    pytest.importorskip("torch", reason="the extra `deep` is not installed")

    assert module.propose(a_context(1_000)) is not None
    assert module.propose(a_context(30_000)) is None
    assert module.propose(a_context(30_000, budget_s=600.0)) is not None
    assert module.propose(a_context(1_000, budget_s=15.0)) is None


def test_to_propose_a_network_imports_no_pytorch():
    code = (
        "import sys\n"
        "from automl_magic.records import ColumnKind, TaskKind\n"
        "from automl_magic.tasks.tabular.candidates import TabularContext, propose_all\n"
        "context = TabularContext(\n"
        "    n_rows=1_000, n_columns=9, kinds={ColumnKind.NUMBER: 9}, n_classes=2,\n"
        "    task=TaskKind('binary'), budget_s=60.0, threads=2)\n"
        "assert propose_all(context)\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("module", [mlp, realmlp, tabm])
def test_a_longer_budget_gives_more_epochs(module):
    key = "max_iter" if module is mlp else "n_epochs"
    few, many = (
        module.make(a_context(20_000, budget_s=budget_s)).params[key]
        for budget_s in (60.0, 1_200.0)
    )

    assert few < many == module.MAX_EPOCHS


@pytest.mark.parametrize("module", [mlp, realmlp, tabm])
@pytest.mark.parametrize("n_rows", [2, 10, 70])
def test_a_batch_is_never_larger_than_the_rows_of_a_fold(module, n_rows):
    assert 1 <= module.make(a_context(n_rows)).params["batch_size"] <= n_rows // 2


def test_categories_and_texts_make_the_view_wide():
    narrow = a_context(1_000, kinds={ColumnKind.NUMBER: 3})
    wide = a_context(1_000, kinds={ColumnKind.CATEGORY: 2, ColumnKind.TEXT: 1})

    assert (dense_width(narrow), dense_width(wide)) == (3, 48)


def test_small_batches_make_an_epoch_dear():
    cost = EpochCost(batch_s=1e-3, row_s=1e-5, input_s=0.0)

    assert cost.epoch_s(1_000, 10, 10) == pytest.approx(0.11)
    assert cost.epoch_s(1_000, 10, 100) == pytest.approx(0.02)


def test_what_the_epochs_predict_fits_into_memory():
    few, many = (
        mlp.make(a_context(100_000, budget_s=36_000.0, task=TaskKind("multiclass"), n_classes=n))
        for n in (3, 10)
    )

    assert few.params["max_iter"] == 60
    assert many.params["max_iter"] == 25


def test_a_fold_has_its_part_of_the_share_of_all_threads():
    context = a_context(1_000, budget_s=100.0)

    assert fold_s(context) == pytest.approx(0.15 * 100 * 2 / 5)
    assert fold_s(context, start_s=5.0) == pytest.approx((15 - 5) * 2 / 5)


def test_what_is_asked_for_by_name_is_made_wherever():
    (candidate,) = propose_all(a_context(400_000, 100), ["kernel"])

    assert candidate.view == "dense"

"""One run of each task kind, made once: everything else looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.runs.outcome import FinishedRun


@dataclass(frozen=True)
class Fitted:
    """A table on disk and the run that was made of it."""

    source: Path
    target: str
    folder: Path
    outcome: FinishedRun

    @property
    def run_id(self) -> str:
        return self.outcome.run.run_id


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True, scope="session")
def _store_of_our_own(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield


def customers(n_rows: int = 400) -> pd.DataFrame:
    """A table with every kind of column: numbers, yes and no, categories, dates, text, an id."""
    rng = np.random.default_rng(7)
    months = rng.integers(1, 60, n_rows)
    plan = rng.choice(["basic", "plus", "pro"], n_rows, p=[0.5, 0.3, 0.2])
    spend = np.round(rng.gamma(2.0, 20.0, n_rows), 2)
    complaint = rng.choice(
        ["slow and late", "all good", "very happy with it", "never again, slow"], n_rows
    )
    risk = (
        0.8 * (plan == "basic")
        - 0.04 * months
        + 0.9 * np.char.find(complaint.astype(str), "slow").clip(-1, 0)
    )
    churn = rng.random(n_rows) < 1 / (1 + np.exp(-risk - 1.0))
    return pd.DataFrame(
        {
            "customer": [f"C{i:05d}" for i in range(n_rows)],
            "months": months,
            "plan": plan,
            "spend": [f"${value:,.2f}" if i % 9 else "" for i, value in enumerate(spend)],
            "city": rng.choice([f"town {i}" for i in range(80)], n_rows),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 1500, n_rows), "D"),
            "newsletter": rng.choice([True, False], n_rows),
            "said": complaint,
            "churn": np.where(churn, "yes", "no"),
            "tier": np.where(months > 40, "gold", np.where(spend > 40, "silver", "bronze")),
            "value": spend * months + rng.normal(0, 50, n_rows),
        }
    )


TARGETS = {"binary": "churn", "multiclass": "tier", "regression": "value"}


@pytest.fixture(scope="session", params=list(TARGETS))
def fitted(request, tmp_path_factory) -> Fitted:
    return fit(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def binary(tmp_path_factory) -> Fitted:
    return fit("binary", tmp_path_factory.mktemp("binary-again"))


def fit(kind: str, folder: Path) -> Fitted:
    target = TARGETS[kind]
    table = customers().drop(columns=[name for name in TARGETS.values() if name != target])
    source = folder / "customers.csv"
    table.to_csv(source, index=False)
    outcome = flow.fit(str(source), target, budget_s=5, folder=folder / "plan")
    return Fitted(source=source, target=target, folder=folder / "plan", outcome=outcome)

"""A home of one's own, and a run on a table with planted personal values, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from automl_magic import flow
from automl_magic.runs.outcome import FinishedRun
from tests.personal.canary import PERSONAL, people


@dataclass(frozen=True)
class Included:
    """A run that uses all planted columns, because the user named them."""

    place: Path
    source: Path
    outcome: FinishedRun

    @property
    def model(self) -> Path:
        return Path(self.outcome.run.folder) / "model"

    @property
    def home(self) -> Path:
        return self.place / "home"


@pytest.fixture(scope="package")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("personal")


@pytest.fixture(autouse=True, scope="package")
def _home_of_our_own(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(place / "home"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield


@pytest.fixture(scope="package")
def source(place) -> Path:
    path = place / "people.csv"
    people().to_csv(path, index=False)
    return path


@pytest.fixture(scope="package")
def included(place, source) -> Included:
    outcome = flow.fit(
        str(source), "left", budget_s=6, include=list(PERSONAL), folder=place / "included"
    )
    return Included(place, source, outcome)

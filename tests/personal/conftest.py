"""A home of one's own, and a run on a table with planted personal values, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from automl_magic import flow
from automl_magic.runs.outcome import FinishedRun
from tests.homes import at_home
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


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("personal")


@pytest.fixture(autouse=True)
def _home_of_our_own(place):
    with at_home(place / "home"):
        yield


@pytest.fixture(scope="session")
def source(place) -> Path:
    path = place / "people.csv"
    people().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def included(place, source) -> Included:
    with at_home(place / "home"):
        outcome = flow.fit(
            str(source), "left", budget_s=6, include=list(PERSONAL), folder=place / "included"
        )
    return Included(place, source, outcome)

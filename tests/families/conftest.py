"""A family of tasks that somebody else brings: two files, three template pieces, an entry point."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic.records.families import installed_families

TOY = Path(__file__).parent / "toy"
ENTRY_POINT = "[automl_magic.families]\ncounts = toy_counts:FAMILY\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that stands for the packages of an environment in which the toy is installed."""
    site = tmp_path_factory.mktemp("site")
    info = site / "toy-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINT)
    return site


@pytest.fixture(scope="module")
def python_path(site):
    """What PYTHONPATH is where the toy is installed, for the processes that a test starts."""
    known = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join([str(site), str(TOY), *([known] if known else [])])


@pytest.fixture
def toy(site, monkeypatch):
    """This process, with the toy installed."""
    for folder in (site, TOY):
        monkeypatch.syspath_prepend(folder)
    installed_families.cache_clear()
    yield
    installed_families.cache_clear()


@pytest.fixture(scope="session")
def calls():
    """Calls an hour in four regions, which differ."""
    random = np.random.default_rng(0)
    regions = random.choice(["east", "north", "south", "west"], 400, p=[0.4, 0.3, 0.2, 0.1])
    expected = pd.Series(regions).map({"east": 3.0, "north": 8.0, "south": 20.0, "west": 40.0})
    hours = random.integers(0, 24, 400)
    return pd.DataFrame({"region": regions, "hour": hours, "calls": random.poisson(expected)})

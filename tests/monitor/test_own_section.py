"""A custom section needs only its module and its cell template."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

from automl_magic import monitor
from automl_magic.flow.monitoring import monitor_notebook
from automl_magic.monitor import sections
from automl_magic.monitor.alerts.observation import observation_from_report
from automl_magic.monitor.cells.finish import build_report
from automl_magic.records import TaskKind
from automl_magic.records.monitoring.drift import DriftReport, DriftSeverity, DriftThresholds
from automl_magic.tasks.families import family_for

TOY = Path(__file__).parent / "toy"
BINARY = TaskKind("binary")


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """Add the section in the folder `toy`."""
    piece = tmp_path / "monitor" / "constancy.py"
    piece.parent.mkdir()
    piece.write_text("monitor.constancy(watch)")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(TOY)])
    monkeypatch.setattr(type(family_for(BINARY)), "templates", tmp_path)
    sections.sections.cache_clear()
    yield
    sections.sections.cache_clear()
    sys.modules.pop(f"{sections.__name__}.constancy", None)
    vars(sections).pop("constancy", None)


def test_a_custom_section_runs_and_is_read_back(toy, binary, make_people):
    cells = [cell.id for cell in monitor_notebook(BINARY, DriftThresholds()).cells]
    watch = binary.watch(make_people(200, seed=3))
    constant = np.tile([0.5, 0.5], (200, 1))
    watch.window = dataclasses.replace(watch.window, predictions=constant)

    displayed = monitor.constancy(watch)
    report = build_report(watch, run_id="run-1")

    assert cells[cells.index("quality") + 1] == "constancy"
    assert repr(displayed) == "The spread is 0.000."
    assert report.severity is DriftSeverity.WARNING
    (breach,) = report.breaches
    assert (breach.kind, breach.link.cell_id) == ("constancy", "constancy")
    assert DriftReport.from_json(report.to_json()) == report
    assert not observation_from_report(report).findings


def test_the_shares_of_alpha_sum_to_at_most_1():
    assert sum(one.alpha_share for one in sections.sections()) == pytest.approx(1.0)

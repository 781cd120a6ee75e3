"""records: the platform's data types. Frozen dataclasses that round-trip through JSON.

Only the standard library is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from automl_magic.records.codec import Record, RecordProblem, digest_of, dumps
from automl_magic.records.data.dataset import Column, ColumnKind, Dataset, Finding, Severity
from automl_magic.records.families import TaskFamily, TaskKind
from automl_magic.records.models.model import Manifest, ModelVersion
from automl_magic.records.plans.decision import EXCLUDED, Decision, DecisionKind
from automl_magic.records.plans.experiment import SPEC_SUFFIX, ExperimentSpec
from automl_magic.records.plans.plan import Candidate, Estimate, Plan, StepSpec
from automl_magic.records.runs.run import Artifact, Failure, FailureKind, Run, RunStatus
from automl_magic.records.runs.score import CellLink, Score
from automl_magic.records.runs.trial import Leaderboard, LeaderboardRow, Trial, TrialState
from automl_magic.records.task import Answer, Metric, Split, SplitKind

if TYPE_CHECKING:
    from automl_magic.records.explanations.explanation import (
        EXPLANATION_NAME,
        Explanation,
        SkippedSection,
        UnseenPredictions,
    )

__all__ = [
    "EXCLUDED",
    "EXPLANATION_NAME",
    "SPEC_SUFFIX",
    "Answer",
    "Artifact",
    "Candidate",
    "CellLink",
    "Column",
    "ColumnKind",
    "Dataset",
    "Decision",
    "DecisionKind",
    "Estimate",
    "ExperimentSpec",
    "Explanation",
    "Failure",
    "FailureKind",
    "Finding",
    "Leaderboard",
    "LeaderboardRow",
    "Manifest",
    "Metric",
    "ModelVersion",
    "Plan",
    "Record",
    "RecordProblem",
    "Run",
    "RunStatus",
    "Score",
    "Severity",
    "SkippedSection",
    "Split",
    "SplitKind",
    "StepSpec",
    "TaskFamily",
    "TaskKind",
    "Trial",
    "TrialState",
    "UnseenPredictions",
    "digest_of",
    "dumps",
]

# Loaded lazily: its 36 dataclasses take 20 ms to define, and few commands read an explanation.
_LAZY_NAMES = ("EXPLANATION_NAME", "Explanation", "SkippedSection", "UnseenPredictions")


def __getattr__(name: str) -> object:
    if name in _LAZY_NAMES:
        return getattr(import_module("automl_magic.records.explanations.explanation"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

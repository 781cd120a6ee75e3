"""records: the nouns. Frozen values with a JSON round trip; the standard library only."""

from automl_magic.records.codec import Record, RecordProblem, digest_of, dumps
from automl_magic.records.dataset import Column, ColumnKind, Dataset, Finding, Severity
from automl_magic.records.experiment import SPEC_SUFFIX, Experiment
from automl_magic.records.model import Manifest, ModelVersion
from automl_magic.records.plan import Candidate, Decision, Estimate, Plan, StepSpec
from automl_magic.records.run import Artifact, Failure, FailureKind, Run, RunStatus
from automl_magic.records.score import Link, Score
from automl_magic.records.task import Metric, Split, SplitKind, TaskKind
from automl_magic.records.trial import Leaderboard, LeaderboardRow, Trial, TrialState

__all__ = [
    "SPEC_SUFFIX",
    "Artifact",
    "Candidate",
    "Column",
    "ColumnKind",
    "Dataset",
    "Decision",
    "Estimate",
    "Experiment",
    "Failure",
    "FailureKind",
    "Finding",
    "Leaderboard",
    "LeaderboardRow",
    "Link",
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
    "Split",
    "SplitKind",
    "StepSpec",
    "TaskKind",
    "Trial",
    "TrialState",
    "digest_of",
    "dumps",
]

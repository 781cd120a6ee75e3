"""track: records runs in MLflow, ranks trials and compares runs. It never starts or ends runs."""

from automl_magic.track.diff import Change, Difference, compare
from automl_magic.track.environment import code_digest, environment
from automl_magic.track.leaderboard import LeaderboardTable, rank_trials, show
from automl_magic.track.memory import MemoryTracker
from automl_magic.track.mlflow import MlflowTracker
from automl_magic.track.outbox import mirror
from automl_magic.track.recorder import Recorded, TrackingRecorder
from automl_magic.track.rerun import input_changes, metric_changes, same_inputs, same_metrics
from automl_magic.track.tracker import TrackedRun, Tracker, read_trials

__all__ = [
    "Change",
    "Difference",
    "LeaderboardTable",
    "MemoryTracker",
    "MlflowTracker",
    "Recorded",
    "TrackedRun",
    "Tracker",
    "TrackingRecorder",
    "code_digest",
    "compare",
    "environment",
    "input_changes",
    "metric_changes",
    "mirror",
    "rank_trials",
    "read_trials",
    "same_inputs",
    "same_metrics",
    "show",
]

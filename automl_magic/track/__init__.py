"""track: Run → Leaderboard. Records, ranks and compares runs; never starts or ends them."""

from automl_magic.track.diff import RunChange, RunDiff, compare_runs
from automl_magic.track.environment import code_digest, describe_environment
from automl_magic.track.leaderboard import LeaderboardTable, rank_trials, show
from automl_magic.track.memory import MemoryTracker
from automl_magic.track.mlflow import MlflowTracker
from automl_magic.track.outbox import sync_tracking
from automl_magic.track.recorder import TrackingRecorder, TrackingResult
from automl_magic.track.rerun import differing_inputs, input_changes, metric_changes, same_metrics
from automl_magic.track.search_end import SearchEnd, search_end
from automl_magic.track.tracker import TrackedRun, Tracker, read_trials

__all__ = [
    "LeaderboardTable",
    "MemoryTracker",
    "MlflowTracker",
    "RunChange",
    "RunDiff",
    "SearchEnd",
    "TrackedRun",
    "Tracker",
    "TrackingRecorder",
    "TrackingResult",
    "code_digest",
    "compare_runs",
    "describe_environment",
    "differing_inputs",
    "input_changes",
    "metric_changes",
    "rank_trials",
    "read_trials",
    "same_metrics",
    "search_end",
    "show",
    "sync_tracking",
]

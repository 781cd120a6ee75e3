"""Results of commands as plain text, for terminals, logs and screen readers."""

from automl_magic.cli.formatters.comparison import format_diff, format_rerun
from automl_magic.cli.formatters.decision_log import format_decision_log
from automl_magic.cli.formatters.demo import format_demo
from automl_magic.cli.formatters.explanation import format_explanation
from automl_magic.cli.formatters.listings import (
    format_leaderboard,
    format_model_version,
    format_models,
    format_runs,
)
from automl_magic.cli.formatters.outcome import format_run, run_result
from automl_magic.cli.formatters.plan import format_plan
from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import format_score_interval

__all__ = [
    "format_decision_log",
    "format_demo",
    "format_diff",
    "format_explanation",
    "format_leaderboard",
    "format_model_version",
    "format_models",
    "format_plan",
    "format_rerun",
    "format_run",
    "format_runs",
    "format_score_interval",
    "format_table",
    "run_result",
]

"""Results of commands as plain text, for terminals, logs and screen readers."""

from automl_magic.cli.words.account import account
from automl_magic.cli.words.changes import difference, rerun
from automl_magic.cli.words.demo import demo
from automl_magic.cli.words.explanation import explanation
from automl_magic.cli.words.outcome import answer_of, outcome
from automl_magic.cli.words.plan import planned
from automl_magic.cli.words.table import text_table
from automl_magic.cli.words.tables import (
    leaderboard,
    model_version,
    models,
    runs,
)
from automl_magic.look.numbers import score_text

__all__ = [
    "account",
    "answer_of",
    "demo",
    "difference",
    "explanation",
    "leaderboard",
    "model_version",
    "models",
    "outcome",
    "planned",
    "rerun",
    "runs",
    "score_text",
    "text_table",
]

"""The Pareto front of possible models, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.display.numbers import format_score
from automl_magic.display.text_table import TextTable
from automl_magic.learn.pareto import ModelOption, on_front
from automl_magic.records import Metric


def front_table(metric: Metric, options: Sequence[ModelOption], chosen: ModelOption) -> TextTable:
    """Return the options as a table, the best score first."""
    ranked = sorted(zip(options, on_front(metric, options), strict=True), key=lambda pair: (
        metric.loss(pair[0].score), pair[0].row_latency_ms or np.inf))  # fmt: skip
    return TextTable(
        caption=f"Possible models by {metric.name} and latency per row",
        headings=("Model", "Trials", metric.name, "Row ms (p95)", "Pareto front", ""),
        rows=[
            (
                option.name,
                ", ".join(str(trial) for trial in option.weights),
                format_score(option.score),
                "" if option.row_latency_ms is None else f"{option.row_latency_ms:.3g}",
                "yes" if is_on_front else "",
                "chosen" if option is chosen else "",
            )
            for option, is_on_front in ranked
        ],
        right=frozenset({2, 3}),
    )

"""Answers: the user's answers so far. None means that the default from the data applies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.data.sources.frame import frame_name
from automl_magic.records import TaskKind
from automl_magic.records.codec import OutOfRange, Record


@dataclass(frozen=True, kw_only=True)
class Answers(Record):
    """The user's answers so far, and the current step.

    `source` is a path, `SCHEME:NAME`, or `frame:NAME` for a DataFrame in the kernel. `exclude` has
    the columns that models don't use, `include` the personal ones that they do. `missing` has the
    texts that are missing values, of the columns that the user set. `sensitive` is None until the
    user edits the suggestion. `run_id` is the run that was started, `model` the name it was
    registered under.
    """

    schema_version: int = 1
    step: str = "data"
    source: str | None = None
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: str | None = None
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    task: TaskKind | None = None
    metric: str | None = None
    problem: str | None = None
    cost_false_positive: float | None = None
    cost_false_negative: float | None = None
    sensitive: tuple[str, ...] | None = None
    budget_s: float | None = None
    latency_ms_p95: float | None = None
    folder: str | None = None
    run_id: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        for name in ("cost_false_positive", "cost_false_negative"):
            cost = getattr(self, name)
            if cost is not None and not 0 <= cost < math.inf:
                raise OutOfRange(name, "a number of at least 0")
        if self.budget_s is not None and not 5 <= self.budget_s <= 24 * 3600:
            raise OutOfRange("budget_s", "a time from 5 seconds to 24 hours")
        if self.latency_ms_p95 is not None and not 0 < self.latency_ms_p95 < math.inf:
            raise OutOfRange("latency_ms_p95", "a number of milliseconds above 0")

    @property
    def frame(self) -> str | None:
        """The name of the DataFrame, if the source is one."""
        return None if self.source is None else frame_name(self.source)

    def options(self) -> dict[str, Any]:
        """Return the answers as keyword arguments of `flow.plan`, without the empty ones."""
        options: dict[str, object] = {
            "task": str(self.task) if self.task else None,
            "metric": self.metric,
            "budget_s": self.budget_s,
            "missing": {name: list(words) for name, words in self.missing.items()},
            "exclude": list(self.exclude),
            "include": list(self.include),
            "sensitive": list(self.sensitive or ()),
            "cost_false_positive": self.cost_false_positive,
            "cost_false_negative": self.cost_false_negative,
            "latency_ms_p95": self.latency_ms_p95,
            "problem": self.problem,
        }
        return {name: value for name, value in options.items() if value not in (None, [], {})}

"""Recipe: a model as a JSON document, to be fitted, served, or exported as code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.recipe.combine import Blend, Calibrator
from automl_magic.recipe.families.find import recipe_family
from automl_magic.recipe.registry import estimators, module_of
from automl_magic.records import Record, Split, StepSpec, TaskKind
from automl_magic.records.codec import OutOfRange


@dataclass(frozen=True, kw_only=True)
class MemberSpec(Record):
    """An unfitted member of the blend.

    `name` is the name of its candidate. `estimator` is one of `estimators()`. `view` names the
    feature steps whose matrix it is fitted on. `n_iterations` is the number of boosting rounds, or
    None for an estimator without rounds. It is fitted once per seed in `seeds`, and the predictions
    are averaged.
    """

    name: str
    estimator: str
    view: str
    params: Mapping[str, Any] = field(default_factory=dict)
    n_iterations: int | None = None
    weight: float = 1.0
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if module_of(self.estimator) is None:
            raise OutOfRange("estimator", f"one of {', '.join(estimators())}")
        if self.n_iterations is not None and self.n_iterations < 1:
            raise OutOfRange("n_iterations", "a whole number of at least 1, or null")
        if not 0 < self.weight <= 1:
            raise OutOfRange("weight", "a number above 0 and at most 1")
        if not self.seeds:
            raise OutOfRange("seeds", "at least one seed")


@dataclass(frozen=True, kw_only=True, repr=False)
class Recipe(Record):
    """An unfitted model as a JSON document, with everything needed to fit it.

    `classes` are the labels in the order of the codes 0, 1, …; empty for a regression. `columns`
    maps the name of each input column to its kind. `target_parse` is the rule to read the target's
    numbers from text, if it is text. The prediction is the weighted `blend` of the
    members' predictions, calibrated by `calibration` if it is set. For two classes the label is
    `classes[1]` if its probability is at least `threshold` (None: 0.5). For more classes it is the
    most probable class. `class_weight` balances the classes by row weights n / (k · count), as in
    scikit-learn. `personal` has the kind of personal data of each column that looks personal. A
    saved model stores the levels of these columns as keyed hashes.
    """

    schema_version: int = 1
    task: TaskKind
    target: str
    metric: str
    classes: tuple[Any, ...] = ()
    target_parse: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str]
    personal: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[str, tuple[StepSpec, ...]]
    members: tuple[MemberSpec, ...]
    blend: Blend = Blend.MEAN
    calibration: Calibrator | None = None
    threshold: float | None = None
    class_weight: bool = False
    split: Split
    fold_sha256: str = ""
    seed: int = 0
    threads: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")
        if not self.members:
            raise OutOfRange("members", "at least one member")
        if not all(member.view in self.views for member in self.members):
            raise OutOfRange("members", f"members on the views {', '.join(self.views)}")
        if not math.isclose(sum(member.weight for member in self.members), 1.0, abs_tol=1e-6):
            raise OutOfRange("members", "weights that sum to 1")
        recipe_family(self.task).check(self)
        if self.threads < 1:
            raise OutOfRange("threads", "a whole number of at least 1")

    def __repr__(self) -> str:
        lines = [f"Recipe: predict {self.target!r}, {self.task}, scored by {self.metric}"]
        for member in self.members:
            rounds = f", {member.n_iterations} rounds" if member.n_iterations else ""
            lines.append(f"  {member.weight:.2f} x {member.name} on view {member.view}{rounds}")
        if self.blend is Blend.GEOMETRIC:
            lines.append("  blended by the geometric mean of their probabilities")
        if self.calibration is not None:
            lines.append(f"  calibrated by {self.calibration.description}")
        for view in self.used_views:
            steps = (f"{step.kind} of {len(step.columns)}" for step in self.views[view])
            lines.append(f"  view {view}: {', '.join(steps)}")
        if self.threshold is not None:
            lines.append(
                f"  {self.classes[1]!r} if its probability is at least {self.threshold:.4g}"
            )
        return "\n".join(lines)

    @property
    def n_classes(self) -> int:
        """Return the number of classes; 0 for a regression."""
        return len(self.classes)

    @property
    def personal_inputs(self) -> dict[str, str]:
        """Return the kind of personal data of the used columns that look personal."""
        used = self.used_columns
        return {name: kind for name, kind in self.personal.items() if name in used}

    @property
    def used_views(self) -> tuple[str, ...]:
        """Return the names of the members' views, in the order of the members."""
        return tuple(dict.fromkeys(member.view for member in self.members))

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Return the columns that the used views read, without duplicates."""
        steps = (step for view in self.used_views for step in self.views[view])
        return tuple(dict.fromkeys(column for step in steps for column in step.columns))

"""Task families: their task kinds, the properties of each kind, and the modules of each family.

The modules are only named here and imported on use. The library imports `tasks`, for planning and
the engine. The server also imports `recipe`, which only needs NumPy.

A package adds a family with an entry point:

    [project.entry-points."automl_magic.families"]
    counts = "acme_counts:FAMILY"          # a TaskFamily

A family that can't be loaded is skipped with a warning. Errors about unknown kinds name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from automl_magic.errors import closest_match
from automl_magic.records.codec import OpenChoice, RecordProblem
from automl_magic.records.task import Answer

ENTRY_POINTS = "automl_magic.families"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class TaskKind(OpenChoice):
    """A kind of task: its name and its properties.

    `TaskKind(name)` returns the kind that a family declared, always the same object.

    Attributes
    ----------
    family : str
        Name of its family.
    answer : Answer
        Type of an estimator's prediction for one row.
    in_words : str
        The prediction, in a few words.
    needs_target : bool
        Whether there is a target column.
    has_classes : bool
        Whether a prediction is a class.
    has_probabilities : bool
        Whether each class has a probability.
    has_threshold : bool
        Whether a threshold on the probability of the second class decides between two classes.
    is_ordered_in_time : bool
        Whether the rows are ordered in time.
    min_classes : int
        Minimum number of classes.
    max_classes : int or None
        Maximum number of classes. None for no limit.
    """

    __slots__ = (
        "answer",
        "family",
        "has_classes",
        "has_probabilities",
        "has_threshold",
        "in_words",
        "is_ordered_in_time",
        "max_classes",
        "min_classes",
        "needs_target",
    )
    family: str
    answer: Answer
    in_words: str
    needs_target: bool
    has_classes: bool
    has_probabilities: bool
    has_threshold: bool
    is_ordered_in_time: bool
    min_classes: int
    max_classes: int | None

    def __new__(cls, name: object) -> TaskKind:  # noqa: PYI034 - no subclass has kinds
        """Return the kind with this name.

        Raises
        ------
        RecordProblem
            If no family has such a kind. It suggests the closest name.
        """
        return _find(name)

    @classmethod
    def declare(
        cls,
        name: str,
        *,
        family: str,
        answer: Answer,
        in_words: str,
        needs_target: bool = True,
        has_probabilities: bool | None = None,
        has_threshold: bool | None = None,
        is_ordered_in_time: bool = False,
        min_classes: int | None = None,
        max_classes: int | None = None,
    ) -> TaskKind:
        """Return a new kind for the list of its family. Defaults depend on `answer`."""
        has_classes = answer is not Answer.NUMBER
        two = answer is Answer.TWO_CLASSES
        facts = {
            "family": family,
            "answer": answer,
            "in_words": in_words,
            "needs_target": needs_target,
            "has_classes": has_classes,
            "has_probabilities": has_classes if has_probabilities is None else has_probabilities,
            "has_threshold": two if has_threshold is None else has_threshold,
            "is_ordered_in_time": is_ordered_in_time,
            "min_classes": 2 if min_classes is None and has_classes else min_classes or 0,
            "max_classes": {Answer.NUMBER: 0, Answer.TWO_CLASSES: 2}.get(answer, max_classes),
        }
        kind = str.__new__(cls, name)
        for fact, value in facts.items():
            object.__setattr__(kind, fact, value)
        return kind

    @classmethod
    def choices(cls) -> tuple[str, ...]:
        """Return the names of all kinds."""
        return tuple(str(kind) for kind in kinds())

    def n_outputs(self, n_classes: int) -> int:
        """Return how many numbers an estimator predicts per row.

        This is one per class for more than two classes, otherwise one.
        """
        return n_classes if self.answer is Answer.CLASSES else 1

    def allows(self, n_classes: int) -> bool:
        """Return whether a task of this kind can have this number of classes."""
        return self.min_classes <= n_classes and (
            self.max_classes is None or n_classes <= self.max_classes
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Task kinds are immutable. Declare another one.")

    def __reduce__(self) -> tuple[object, ...]:
        return TaskKind, (str(self),)


@dataclass(frozen=True, kw_only=True)
class TaskFamily:
    """A family: its task kinds and the modules that implement it.

    Attributes
    ----------
    tasks : str
        Module with its FAMILY, a `tasks.family.Family`.
    recipe : str or None
        Module with its RECIPE_FAMILY, a `recipe.families.RecipeFamily`. None if the `answer` of
        its kinds is enough to read and serve its models.
    estimators : mapping
        The estimators that it adds to ours: the name of each, and the module with its MEMBER.
    """

    name: str
    kinds: tuple[TaskKind, ...]
    tasks: str
    recipe: str | None = None
    estimators: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (self.name, *self.kinds, *self.estimators):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} must be lower-case letters, digits and underscores.")
        if not self.kinds or any(kind.family != self.name for kind in self.kinds):
            raise ValueError(f"The family {self.name!r} needs kinds declared with its own name.")


FAMILIES = (
    TaskFamily(
        name="tabular",
        kinds=(
            TaskKind.declare(
                "binary",
                family="tabular",
                answer=Answer.TWO_CLASSES,
                in_words="one of two classes",
            ),
            TaskKind.declare(
                "multiclass",
                family="tabular",
                answer=Answer.CLASSES,
                in_words="one of several classes",
            ),
            TaskKind.declare(
                "regression",
                family="tabular",
                answer=Answer.NUMBER,
                in_words="a number",
            ),
        ),
        recipe="automl_magic.recipe.families.tabular",
        tasks="automl_magic.tasks.tabular.family",
    ),
)


def families() -> tuple[TaskFamily, ...]:
    """Return all families: built-in ones, then those of installed packages."""
    return FAMILIES + installed_families()[0]


def family_of(kind: TaskKind) -> TaskFamily:
    """Return the family of a kind."""
    return next(family for family in _built_in_first() if family.name == kind.family)


def kinds() -> tuple[TaskKind, ...]:
    """Return the kinds of all families."""
    return tuple(kind for family in families() for kind in family.kinds)


@cache
def installed_families() -> tuple[tuple[TaskFamily, ...], tuple[str, ...]]:
    """Return the families of installed packages, and a message for each that can't be used.

    The result is cached. `installed_families.cache_clear()` clears it.
    """
    # Importing these takes 30 ms, and most processes only need the built-in families.
    import logging
    from importlib import metadata

    loaded: list[TaskFamily] = []
    problems: list[str] = []
    # Sorted by name, so that the file system doesn't decide which of two conflicting families wins.
    entry_points = sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    for entry in entry_points:
        try:
            family = entry.load()
            _check_conflicts(family, (*FAMILIES, *loaded))
        except Exception as error:  # noqa: BLE001 - a package's code can raise anything
            origin = f" from the package {entry.dist.name}" if entry.dist is not None else ""
            problems.append(
                f"the task family {entry.name!r}{origin} can't be used: "
                f"{type(error).__name__}: {error}"
            )
            logging.getLogger(__name__).warning("%s", problems[-1])
        else:
            loaded.append(family)
    return tuple(loaded), tuple(problems)


def _check_conflicts(family: object, existing: tuple[TaskFamily, ...]) -> None:
    """Raise TypeError or ValueError if a package's family conflicts with the others."""
    if not isinstance(family, TaskFamily):
        raise TypeError(f"{ENTRY_POINTS} needs a TaskFamily, not {type(family).__name__}")
    for existing_family in existing:
        if family.name == existing_family.name:
            raise ValueError(f"a family named {family.name!r} already exists")
        for kind in set(family.kinds) & set(existing_family.kinds):
            raise ValueError(
                f"the kind {str(kind)!r} already belongs to the family {existing_family.name}"
            )


def _find(name: object) -> TaskKind:
    for family in _built_in_first():
        for kind in family.kinds:
            if kind == name:
                return kind
    names = TaskKind.choices()
    problems = "".join(f"; {problem}" for problem in installed_families()[1])
    raise RecordProblem.of_value(
        (),
        f"one of {', '.join(names)}{problems}",
        name,
        close=closest_match(str(name), names),
    )


def _built_in_first() -> Iterator[TaskFamily]:
    """Yield the built-in families first. Those of packages are only loaded if needed."""
    yield from FAMILIES
    yield from installed_families()[0]

"""The families of tasks: their kinds, what can be asked of each kind, and where their code lies.

The list is light. A family's modules are named here and imported where they are used: `tasks`, with
what planning and the engine need, by the library; `recipe`, which needs NumPy alone, by the server
too.

A package brings a family of its own with an entry point:

    [project.entry-points."automl_magic.families"]
    counts = "acme_counts:FAMILY"          # a TaskFamily

A family that cannot be loaded is left out with a warning, and is named where one of its kinds is
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from automl_magic.errors import near_miss
from automl_magic.records.codec import OpenChoice, RecordProblem, describe
from automl_magic.records.task import Answer

ENTRY_POINTS = "automl_magic.families"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class TaskKind(OpenChoice):
    """A kind of task: its name, and what can be asked of it.

    `TaskKind(name)` finds the kind that a family declared; two of one name are one object.

    Attributes
    ----------
    family : str
        The name of its family.
    answer : Answer
        What an estimator gives for one row.
    in_words : str
        What is predicted, in a few words.
    needs_target : bool
        Whether there is a column to predict.
    has_classes, has_probabilities, has_threshold : bool
        Whether an answer is a class; whether each class has a probability; whether a threshold on
        the probability of the second class decides between two.
    is_ordered_in_time : bool
        Whether the order of the rows in time is part of the task.
    fewest_classes, most_classes : int; int or None
        How many classes there may be; None for any number.
    """

    __slots__ = (
        "answer",
        "family",
        "fewest_classes",
        "has_classes",
        "has_probabilities",
        "has_threshold",
        "in_words",
        "is_ordered_in_time",
        "most_classes",
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
    fewest_classes: int
    most_classes: int | None

    def __new__(cls, name: object) -> TaskKind:  # noqa: PYI034 - no subclass has kinds
        """Return the kind of this name.

        Raises
        ------
        RecordProblem
            If no family has a kind of this name; the near miss is offered.
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
        fewest_classes: int | None = None,
        most_classes: int | None = None,
    ) -> TaskKind:
        """Return a new kind, for the list of its family. What is left out follows the answer."""
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
            "fewest_classes": 2 if fewest_classes is None and has_classes else fewest_classes or 0,
            "most_classes": {Answer.NUMBER: 0, Answer.TWO_CLASSES: 2}.get(answer, most_classes),
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
        """Return how many numbers an estimator gives for one row: one a class where classes are
        several, otherwise one.
        """
        return n_classes if self.answer is Answer.CLASSES else 1

    def allows(self, n_classes: int) -> bool:
        """Return whether a task of this kind may have so many classes."""
        return self.fewest_classes <= n_classes and (
            self.most_classes is None or n_classes <= self.most_classes
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("A kind of task does not change; declare another.")

    def __reduce__(self) -> tuple[object, ...]:
        return TaskKind, (str(self),)


@dataclass(frozen=True, kw_only=True)
class TaskFamily:
    """A family in the list: its kinds, and the modules that hold the rest of it.

    `tasks` names the module of its FAMILY, a `tasks.family.Family`; `recipe` that of its
    RECIPE_FAMILY, a `recipe.families.RecipeFamily`, or None where its models are read and served as
    the answers of its kinds say. `estimators` are those that it brings beside ours: the name of
    each, and the module that holds its MEMBER.
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
            raise ValueError(f"The family {self.name!r} needs kinds that are declared as its own.")


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
    """Return all families: ours, then those of installed packages."""
    return FAMILIES + installed()[0]


def family_of(kind: TaskKind) -> TaskFamily:
    """Return the family of a kind."""
    return next(one for one in _ours_first() if one.name == kind.family)


def kinds() -> tuple[TaskKind, ...]:
    """Return the kinds of all families."""
    return tuple(kind for family in families() for kind in family.kinds)


@cache
def installed() -> tuple[tuple[TaskFamily, ...], tuple[str, ...]]:
    """Return the families of installed packages, and a sentence about each that cannot be used.

    They are looked up once; `installed.cache_clear()` forgets them.
    """
    # 30 ms to import, and most processes need our own families alone.
    import logging
    from importlib import metadata

    found: list[TaskFamily] = []
    problems: list[str] = []
    # In the order of their names: which of two wins does not depend on the file system.
    for entry in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda one: one.name):
        try:
            family = entry.load()
            _check(family, (*FAMILIES, *found))
        except Exception as error:  # noqa: BLE001 - what other people's code raises is theirs
            whose = f" of {entry.dist.name}" if entry.dist is not None else ""
            problems.append(
                f"the task family {entry.name!r}{whose} cannot be used: "
                f"{type(error).__name__}: {error}"
            )
            logging.getLogger(__name__).warning("%s", problems[-1])
        else:
            found.append(family)
    return tuple(found), tuple(problems)


def _check(family: object, others: tuple[TaskFamily, ...]) -> None:
    """Raise TypeError or ValueError where a package's family cannot stand beside the others."""
    if not isinstance(family, TaskFamily):
        raise TypeError(f"{ENTRY_POINTS} takes a TaskFamily, not a {type(family).__name__}")
    for other in others:
        if family.name == other.name:
            raise ValueError(f"there is another family {family.name!r}")
        for kind in set(family.kinds) & set(other.kinds):
            raise ValueError(f"the kind {str(kind)!r} is one of {other.name}")


def _find(name: object) -> TaskKind:
    for family in _ours_first():
        for kind in family.kinds:
            if kind == name:
                return kind
    names = TaskKind.choices()
    problems = "".join(f"; {problem}" for problem in installed()[1])
    raise RecordProblem(
        (),
        f"one of {', '.join(names)}{problems}",
        describe(name),
        close=near_miss(str(name), names),
    )


def _ours_first() -> Iterator[TaskFamily]:
    """Yield the families, and look for those of packages only where ours are not enough."""
    yield from FAMILIES
    yield from installed()[0]

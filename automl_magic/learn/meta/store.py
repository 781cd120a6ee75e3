"""store: what is known of earlier tables. Some of it ships with us, the rest is the user's own.

`results.json` beside this file is made by `tests/benchmarks/meta_results.py`. What searches on this
machine have found is one line each of `meta-results.jsonl` in the home folder: numbers, and names
of our own candidates; no name of a column, no value and no path. `AUTOML_MAGIC_REMEMBER=0` leaves
that file alone, for reading and for writing.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from automl_magic.files.atomic import write_atomic
from automl_magic.learn.events import append_line
from automl_magic.learn.meta.features import FEATURES, Described
from automl_magic.records import TaskKind
from automl_magic.tasks.families import family_for

# To be raised when a feature, or the meaning of a number, changes: other lines are then left out.
VERSION = 1
SHIPPED = Path(__file__).with_name("results.json")
OWN_FILE = "meta-results.jsonl"
REMEMBER_VARIABLE = "AUTOML_MAGIC_REMEMBER"
MOST_OWN, MOST_LINE_CHARACTERS = 500, 20_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Outcome:
    """How a candidate did on a table.

    `loss` is 0 for the best there was, blends of two included, and 1 for the baseline. `seconds`
    are those of its fits for a million cells of the table (rows · columns). `weight` is its share
    in the ensemble.
    """

    loss: float
    seconds: float
    weight: float = 0.0


@dataclass(frozen=True)
class Entry:
    """A table, and how candidates did on it. `pairs` holds the loss of the mean of two of them."""

    described: Described
    outcomes: Mapping[str, Outcome]
    pairs: Mapping[frozenset[str], float] = field(default_factory=dict)
    name: str = ""

    def loss(self, first: str, second: str) -> float:
        """Return the loss of two candidates together: of their blend, or of the better one."""
        alone = min(self.outcomes[first].loss, self.outcomes[second].loss)
        return min(alone, self.pairs.get(frozenset((first, second)), alone))

    def only(self, names: Collection[str]) -> Entry:
        """Return the entry with some of its candidates."""
        return replace(
            self,
            outcomes={name: found for name, found in self.outcomes.items() if name in names},
            pairs={pair: loss for pair, loss in self.pairs.items() if pair <= set(names)},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the entry as one line of a store."""
        names = sorted(self.outcomes)
        pairs = [
            self.pairs.get(frozenset((a, b)))
            for place, a in enumerate(names)
            for b in names[place + 1 :]
        ]
        return {
            "version": VERSION,
            **({"name": self.name} if self.name else {}),
            "kind": str(self.described.kind),
            "features": list(self.described.values),
            "candidates": {
                name: [outcome.loss, outcome.seconds, outcome.weight]
                for name, outcome in sorted(self.outcomes.items())
            },
            **({"pairs": pairs} if self.pairs else {}),
        }

    @classmethod
    def from_json(cls, document: Any) -> Entry:
        """Read a line.

        Raises
        ------
        ValueError, TypeError, KeyError
            If it is no line of this version.
        """
        if document["version"] != VERSION:
            raise ValueError("another version")
        described = Described(
            TaskKind(document["kind"]), tuple(_finite(v) for v in document["features"])
        )
        if len(described.values) != len(FEATURES):
            raise ValueError("another number of features")
        outcomes = {}
        for name, numbers in document["candidates"].items():
            loss, seconds, weight = (_finite(number) for number in numbers)
            if not _NAME.fullmatch(name) or seconds <= 0:
                raise ValueError("no candidate")
            outcomes[name] = Outcome(loss, seconds, weight)
        if not outcomes:
            raise ValueError("no candidates")
        names = sorted(outcomes)
        both = [frozenset((a, b)) for place, a in enumerate(names) for b in names[place + 1 :]]
        pairs = {}
        if losses := document.get("pairs"):
            found = zip(both, losses, strict=True)
            pairs = {pair: _finite(loss) for pair, loss in found if loss is not None}
        return cls(described, outcomes, pairs, str(document.get("name", "")))


@dataclass(frozen=True)
class Store:
    """Known tables: those that ship with us, and the user's own, oldest first."""

    shipped: tuple[Entry, ...] = ()
    own: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them. Of the user's own, only the last of those that look exactly alike."""
        last = {entry.described: entry for entry in self.own}
        return (*self.shipped, *last.values())


def known(home: Path | None) -> Store:
    """Read what is known: what ships with us, and what searches of this home have found.

    Without a home, an order that rests on the store depends on the version of the package alone.
    """
    return Store(_shipped(), tuple(_own(home)) if home is not None and remembers() else ())


def remember(entry: Entry, home: Path) -> bool:
    """Add a line to the store of a home, and say whether that was done.

    It is not done where the user does not want it, or where the home folder cannot be written:
    a search does not fail for that. A candidate that a user has named is left out: the name may
    tell something. The file keeps the last 500 lines.
    """
    entry = entry.only(family_for(entry.described.kind).candidate_names())
    if not remembers() or not entry.outcomes:
        return False
    path = home / OWN_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        append_line(path, entry.to_json())
        _shorten(path)
    except OSError:
        return False
    return True


def remembers() -> bool:
    """Say whether the user's own results are read and written."""
    asked = os.environ.get(REMEMBER_VARIABLE, "").strip().lower()
    return asked not in ("0", "no", "off", "false")


def write(entries: Sequence[Entry], path: Path = SHIPPED) -> None:
    """Write the file that ships with us: one line a table."""
    lines = ",\n".join(
        json.dumps(entry.to_json(), allow_nan=False, separators=(",", ":")) for entry in entries
    )
    header = json.dumps({"version": VERSION, "features": FEATURES}, indent=1)[:-2]
    path.write_text(f'{header},\n "tables": [\n{lines}\n]}}\n', encoding="ascii")


@cache
def _shipped() -> tuple[Entry, ...]:
    document = json.loads(SHIPPED.read_text(encoding="ascii"))
    if document["version"] != VERSION:
        return ()  # only while the file is being made anew
    return tuple(Entry.from_json(line) for line in document["tables"])


def _own(home: Path) -> Iterable[Entry]:
    """Yield the lines that can be read: not one that was cut short, or is of another version."""
    try:
        lines = (home / OWN_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines[-MOST_OWN:]:
        if len(line) > MOST_LINE_CHARACTERS:
            continue
        try:
            yield Entry.from_json(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue


def _shorten(path: Path) -> None:
    """Leave out the oldest lines, now and then: two searches that end at once may lose one."""
    lines = path.read_bytes().splitlines(keepends=True)
    if len(lines) > MOST_OWN * 6 // 5:
        write_atomic(path, b"".join(lines[-MOST_OWN:]))


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no finite number")
    return float(value)

"""store: results of candidates on known tables, both shipped and the user's own.

`tests/benchmarks/meta_results.py` makes the shipped file `results.json`. Each search adds one line
to `meta-results.jsonl` in the home folder: numbers and names of built-in candidates, but no column
names, values or paths. `AUTOML_MAGIC_REMEMBER=0` turns off reading and writing that file.
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
from automl_magic.learn.meta.features import FEATURES, MetaFeatures
from automl_magic.records import TaskKind
from automl_magic.records.codec import json_text
from automl_magic.tasks.families import family_for

# Increase it if a feature or the meaning of a number changes. Lines of other versions are skipped.
VERSION = 1
SHIPPED = Path(__file__).with_name("results.json")
OWN_FILE = "meta-results.jsonl"
REMEMBER_VARIABLE = "AUTOML_MAGIC_REMEMBER"
MAX_OWN, MAX_LINE_CHARACTERS = 500, 20_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class CandidateResult:
    """The result of a candidate on a table.

    `loss` is 0 for the best candidate or blend of two, and 1 for the baseline. `seconds` is the
    time of its fits per million cells of the table (rows · columns). `weight` is its weight in the
    ensemble.
    """

    loss: float
    seconds: float
    weight: float = 0.0


@dataclass(frozen=True)
class KnownDataset:
    """The results of candidates on a table. `pairs` holds the losses of blends of two."""

    meta_features: MetaFeatures
    results: Mapping[str, CandidateResult]
    pairs: Mapping[frozenset[str], float] = field(default_factory=dict)
    name: str = ""

    def loss(self, first: str, second: str) -> float:
        """Return the loss of two candidates: of their blend, or of the better one."""
        better = min(self.results[first].loss, self.results[second].loss)
        return min(better, self.pairs.get(frozenset((first, second)), better))

    def with_candidates(self, names: Collection[str]) -> KnownDataset:
        """Return the entry with only these candidates."""
        return replace(
            self,
            results={name: result for name, result in self.results.items() if name in names},
            pairs={pair: loss for pair, loss in self.pairs.items() if pair <= set(names)},
        )

    def to_json(self) -> dict[str, object]:
        """Return the entry as a JSON document, one line of a store."""
        names = sorted(self.results)
        pairs = [
            self.pairs.get(frozenset((a, b)))
            for index, a in enumerate(names)
            for b in names[index + 1 :]
        ]
        return {
            "version": VERSION,
            **({"name": self.name} if self.name else {}),
            "kind": str(self.meta_features.kind),
            "features": list(self.meta_features.values),
            "candidates": {
                name: [result.loss, result.seconds, result.weight]
                for name, result in sorted(self.results.items())
            },
            **({"pairs": pairs} if self.pairs else {}),
        }

    @classmethod
    def from_json(cls, document: Any) -> KnownDataset:
        """Read an entry from one line of a store.

        Raises
        ------
        ValueError, TypeError, KeyError
            If it isn't an entry of this version.
        """
        if document["version"] != VERSION:
            raise ValueError("unsupported version")
        described = MetaFeatures(
            TaskKind(document["kind"]), tuple(_finite(v) for v in document["features"])
        )
        if len(described.values) != len(FEATURES):
            raise ValueError("wrong number of features")
        outcomes = {}
        for name, numbers in document["candidates"].items():
            loss, seconds, weight = (_finite(number) for number in numbers)
            if not _NAME.fullmatch(name) or seconds <= 0:
                raise ValueError("invalid candidate")
            outcomes[name] = CandidateResult(loss, seconds, weight)
        if not outcomes:
            raise ValueError("no candidates")
        names = sorted(outcomes)
        keys = [frozenset((a, b)) for index, a in enumerate(names) for b in names[index + 1 :]]
        pairs = {}
        if losses := document.get("pairs"):
            pair_losses = zip(keys, losses, strict=True)
            pairs = {pair: _finite(loss) for pair, loss in pair_losses if loss is not None}
        return cls(described, outcomes, pairs, str(document.get("name", "")))


@dataclass(frozen=True)
class MetaStore:
    """Known tables: the shipped ones and the user's own, oldest first."""

    shipped: tuple[KnownDataset, ...] = ()
    own: tuple[KnownDataset, ...] = ()

    @property
    def entries(self) -> tuple[KnownDataset, ...]:
        """All entries. Of the user's own with identical features, only the last one."""
        last = {entry.meta_features: entry for entry in self.own}
        return (*self.shipped, *last.values())


def load_known_datasets(home: Path | None) -> MetaStore:
    """Load the shipped results, and those of searches in this home.

    Without a home, the order of candidates depends only on the version of the package.
    """
    return MetaStore(_shipped(), tuple(_own(home)) if home is not None and is_remembering() else ())


def add_own_dataset(entry: KnownDataset, home: Path) -> bool:
    """Add an entry to the store of a home. Return whether it was added.

    It isn't added if the user turned this off or the home folder can't be written, which doesn't
    make the search fail. Candidates named by the user are omitted, because the names could be
    private. The file keeps the last 500 lines.
    """
    entry = entry.with_candidates(family_for(entry.meta_features.kind).candidate_names())
    if not is_remembering() or not entry.results:
        return False
    path = home / OWN_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        append_line(path, entry.to_json())
        _shorten(path)
    except OSError:
        return False
    return True


def is_remembering() -> bool:
    """Return whether the user's own results are read and written."""
    setting = os.environ.get(REMEMBER_VARIABLE, "").strip().lower()
    return setting not in ("0", "no", "off", "false")


def write_shipped(entries: Sequence[KnownDataset], path: Path = SHIPPED) -> None:
    """Write the shipped file, one line per table."""
    lines = ",\n".join(
        json.dumps(entry.to_json(), allow_nan=False, separators=(",", ":")) for entry in entries
    )
    header = json_text({"version": VERSION, "features": FEATURES}, indent=1)[:-2]
    path.write_text(f'{header},\n "tables": [\n{lines}\n]}}\n', encoding="ascii")


@cache
def _shipped() -> tuple[KnownDataset, ...]:
    document = json.loads(SHIPPED.read_text(encoding="ascii"))
    if document["version"] != VERSION:
        return ()  # only while the file is being regenerated
    return tuple(KnownDataset.from_json(line) for line in document["tables"])


def _own(home: Path) -> Iterable[KnownDataset]:
    """Yield the readable entries, skipping incomplete lines and those of other versions."""
    try:
        lines = (home / OWN_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines[-MAX_OWN:]:
        if len(line) > MAX_LINE_CHARACTERS:
            continue
        try:
            yield KnownDataset.from_json(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue


def _shorten(path: Path) -> None:
    """Remove the oldest lines from time to time. Two searches ending at once can lose a line."""
    lines = path.read_bytes().splitlines(keepends=True)
    if len(lines) > MAX_OWN * 6 // 5:
        write_atomic(path, b"".join(lines[-MAX_OWN:]))


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a finite number")
    return float(value)

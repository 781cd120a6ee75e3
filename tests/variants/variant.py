"""A variant: one way in which people write the table, along eleven axes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tests.variants import table

TEXT_FORMATS = ("csv", "tsv", "semicolon", "pipe", "csv.gz", "zip")
TYPED_FORMATS = ("jsonl", "json", "parquet", "parquet-folder", "xlsx", "frame")
# How the values of a typed format are typed.
FRAME_TYPES = ("native", "nullable", "arrow", "categorical", "object", "text", "floats")
JSON_TYPES = ("native", "text", "floats")
TYPES = {
    **dict.fromkeys(TEXT_FORMATS, ("text",)),
    **dict.fromkeys(("jsonl", "json", "xlsx"), JSON_TYPES),
    **dict.fromkeys(
        ("parquet", "parquet-folder"), ("native", "nullable", "categorical", "text", "floats")
    ),
    "frame": FRAME_TYPES,
}
NUMBERS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text.replace("_", ""),
    "1,234.5": lambda text: text.replace("_", ","),
    "1234,5": lambda text: text.replace("_", "").replace(".", ","),
    "1.234,5": lambda text: text.replace(".", ",").replace("_", "."),
    "1 234,5": lambda text: text.replace(".", ",").replace("_", " "),
    "$1,234.5": lambda text: "$" + text.replace("_", ","),
}
BOOLEANS = {
    "True/False": ("True", "False"),
    "true/false": ("true", "false"),
    "TRUE/FALSE": ("TRUE", "FALSE"),
    "1/0": ("1", "0"),
    "1.0/0.0": ("1.0", "0.0"),
    "yes/no": ("yes", "no"),
    "Y/N": ("Y", "N"),
    "T/F": ("T", "F"),
    "ja/nein": ("ja", "nein"),
}
DATES = {
    "2024-05-01 10:00:00": "%Y-%m-%d %H:%M:%S",
    "2024-05-01 10:00": "%Y-%m-%d %H:%M",
    "2024-05-01T10:00:00": "%Y-%m-%dT%H:%M:%S",
    "2024-05-01T10:00:00Z": "%Y-%m-%dT%H:%M:%SZ",
    "2024-05-01 12:00+02:00": "%Y-%m-%d %H:%M+02:00",
    "01.05.2024 10:00": "%d.%m.%Y %H:%M",
    "05/01/2024 10:00": "%m/%d/%Y %H:%M",
    "01/05/2024 10:00": "%d/%m/%Y %H:%M",
}
ISO_DATES = set(DATES) - {"01.05.2024 10:00", "05/01/2024 10:00", "01/05/2024 10:00"}
ZONES = {"2024-05-01 12:00+02:00": dt.timedelta(hours=2)}
MISSING = ("", "NA", "null", "None", "nan", "N/A", "-", "?")
# Read as missing wherever they are. The others only stand for a missing number, date or yes/no.
MISSING_EVERYWHERE = MISSING[:6]
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
INDEXES = ("none", "unnamed", "since", "product")
ORDERS = ("same", "reversed", "shuffled")
EXTRAS = ("none", "one", "similar")
ABSENT = ("none", "amount", "active", "since", "site")
DUPLICATES = ("none", "amount", "site")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to write the table. The defaults are a CSV as pandas writes it."""

    format: str = "csv"
    types: str = "text"
    encoding: str = "utf-8"
    numbers: str = "plain"
    booleans: str = "True/False"
    dates: str = "2024-05-01 10:00:00"
    missing: str = ""
    index: str = "none"
    order: str = "same"
    extra: str = "none"
    absent: str = "none"
    duplicate: str = "none"
    seed: int = 0

    def __str__(self) -> str:
        fields = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default
        }
        return ", ".join(f"{name}={value}" for name, value in fields.items()) or "as pandas writes"

    def with_(self, **changes: object) -> Variant:
        """Return this variant with other values of some axes, and types that its format has."""
        changed = dataclasses.replace(self, **changes)
        is_typed_now = changed.format in TYPED_FORMATS and self.format in TEXT_FORMATS
        if changed.types not in TYPES[changed.format] or (is_typed_now and "types" not in changes):
            changed = dataclasses.replace(changed, types=TYPES[changed.format][0])
        if changed.format not in TEXT_FORMATS:
            changed = dataclasses.replace(changed, encoding="utf-8")
        if changed.absent == changed.index or changed.duplicate == changed.absent:
            changed = dataclasses.replace(changed, absent="none")
        if changed.format not in (*TEXT_FORMATS, "frame"):
            changed = dataclasses.replace(changed, duplicate="none")
        return changed

    def differs(self, other: Variant) -> dict[str, str]:
        """Return the axes on which this differs from another variant, with its values."""
        return {name: value for name, value in self.axes().items() if other.axes()[name] != value}

    def axes(self) -> dict[str, str]:
        return {axis: getattr(self, axis) for axis in AXES}

    def may_name(self, training: Variant, *, as_rows: bool = False) -> set[str]:
        """Return the columns that a refusal may name: their values could mean something else.

        What only looks different must be read: another format, encoding, order or type, other
        words for yes and no or for a missing value, another ISO date. A row is stricter, as its
        client chooses the type of each value.
        """
        axes = self.differs(training)
        columns: set[str] = set()
        if "numbers" in axes:
            columns.update(table.NUMBERS)
        if axes.get("booleans") == "ja/nein" or ("booleans" in axes and as_rows):
            columns.update(table.BOOLEANS)
        if "dates" in axes and self.dates not in ISO_DATES:
            columns.update(table.DATES)
        if "missing" in axes and self.missing not in MISSING_EVERYWHERE:
            columns.update(table.BLANK)
        if as_rows and self.types != "native":
            columns.update(table.FEATURES)
        if self.format == "frame" and self.index in table.FEATURES:
            columns.add(self.index)
        columns.update({self.absent, self.duplicate} & set(table.FEATURES))
        if as_rows:
            columns.update(self.extra_columns())
        return columns

    def extra_columns(self) -> tuple[str, ...]:
        return {"none": (), "one": ("comment",), "similar": ("Amount", "active ", "since_")}[
            self.extra
        ]


AXES = {
    "format": (*TEXT_FORMATS, *TYPED_FORMATS),
    "types": FRAME_TYPES,
    "encoding": ENCODINGS,
    "numbers": tuple(NUMBERS),
    "booleans": tuple(BOOLEANS),
    "dates": tuple(DATES),
    "missing": MISSING,
    "index": INDEXES,
    "order": ORDERS,
    "extra": EXTRAS,
    "absent": ABSENT,
    "duplicate": DUPLICATES,
}


def single_axes(training: Variant, formats: tuple[str, ...]) -> list[Variant]:
    """Return the variants that differ from the training table on one axis, in some formats."""
    variants = []
    for format_ in formats:
        base = training.with_(format=format_)
        variants.append(base)
        for axis, values in AXES.items():
            if axis != "format":
                variants += [base.with_(**{axis: value}) for value in values]
    return list(dict.fromkeys(variants))


def random_variants(
    training: Variant, formats: tuple[str, ...], seed: int, keep: float = 0.8
) -> Iterator[Variant]:
    """Yield variants that differ from the training table on some axes, the same ones per seed.

    Each axis keeps the training table's value with probability `keep`.
    """
    rng = np.random.default_rng(seed)
    for number in itertools.count():
        changes: dict[str, object] = {"seed": number}
        for axis, values in AXES.items():
            choices = formats if axis == "format" else values
            if axis == "format" or rng.random() > keep:
                changes[axis] = choices[rng.integers(len(choices))]
        yield training.with_(**changes)

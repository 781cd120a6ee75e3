"""The real datasets that come with scikit-learn. Nothing is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.errors import DataNotReadable, near_miss

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "sklearn:"
NAMES = ("breast_cancer", "diabetes", "digits", "iris", "wine")
_NAMED_CLASSES = ("breast_cancer", "iris", "wine")


def is_bundled(source: str) -> bool:
    """Say whether a source names a bundled dataset rather than a file."""
    return source.startswith(PREFIX)


def name_of(source: str) -> str:
    """Return the dataset's name, or say which names there are."""
    name = source.removeprefix(PREFIX)
    if name not in NAMES:
        close = near_miss(name, NAMES)
        raise DataNotReadable(
            f"scikit-learn comes with no dataset {name[:40]!r}.",
            why=f"It comes with {', '.join(NAMES)}; nothing is downloaded.",
            fix=f"Use {PREFIX}{close}." if close else f"Use one of these, e.g. {PREFIX}iris.",
        )
    return name


def read(name: str) -> pd.DataFrame:
    """Return the table; its column `target` holds class names where the dataset has them."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    frame: pd.DataFrame = bunch.frame
    if name in _NAMED_CLASSES:
        frame["target"] = bunch.target_names[frame["target"]].astype(str)
    return frame

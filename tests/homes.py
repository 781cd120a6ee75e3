"""A home of one's own for a while: what is set for longer is set for other tests too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS", "MLFLOW_TRACKING_URI")


@contextmanager
def at_home(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Make a folder the home of the workspace until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(folder))
        for name in PLACES:
            patch.delenv(name, raising=False)
        yield patch

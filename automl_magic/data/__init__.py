"""data: source → Dataset. Reads tables and profiles them, and never changes them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.data.fingerprints import fingerprint
    from automl_magic.data.first_rows import preview
    from automl_magic.data.frames import (
        TableSource,
        as_loaded,
        frame_as_source,
        resolve_source,
        save_frame,
    )
    from automl_magic.data.limits import ReadLimits
    from automl_magic.data.missing import missing_counts, read_call
    from automl_magic.data.profiling import profile
    from automl_magic.data.readers import reader
    from automl_magic.data.reports import ProfileReport, report
    from automl_magic.data.tables import load, load_code, locate
    from automl_magic.data.target import check_target

# Loaded on first use: importing pandas takes longer than `automl --help` may take.
_MODULES = {
    "ReadLimits": "limits",
    "ProfileReport": "reports",
    "TableSource": "frames",
    "as_loaded": "frames",
    "frame_as_source": "frames",
    "check_target": "target",
    "fingerprint": "fingerprints",
    "load": "tables",
    "load_code": "tables",
    "locate": "tables",
    "missing_counts": "missing",
    "preview": "first_rows",
    "profile": "profiling",
    "read_call": "missing",
    "reader": "readers",
    "report": "reports",
    "resolve_source": "frames",
    "save_frame": "frames",
}

__all__ = [
    "ProfileReport",
    "ReadLimits",
    "TableSource",
    "as_loaded",
    "check_target",
    "fingerprint",
    "frame_as_source",
    "load",
    "load_code",
    "locate",
    "missing_counts",
    "preview",
    "profile",
    "read_call",
    "reader",
    "report",
    "resolve_source",
    "save_frame",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

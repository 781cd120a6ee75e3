"""The build backend: hatchling, plus the build tools of the lab extension for wheels only.

A hatchling hook would require them for every kind of build, so an editable install would download
Node without using it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.build import (
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
)
from hatchling.build import get_requires_for_build_wheel as hatchling_requires

from hatch_build import tools

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """Return the requirements for building a wheel."""
    return [*hatchling_requires(config_settings), *tools(Path.cwd())]

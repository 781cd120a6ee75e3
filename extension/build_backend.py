"""The build backend: hatchling's, which asks for the tools of the lab extension for a wheel alone.

A hook of hatchling could name them too, but for every kind of build: an editable install would then
download a Node that it does not use.
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
from hatchling.build import get_requires_for_build_wheel as hatchlings

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
    """Return what the build of a wheel takes."""
    return [*hatchlings(config_settings), *tools(Path.cwd())]

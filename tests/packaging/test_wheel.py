"""The wheel and the editable install, in environments made for the purpose."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    if not (ROOT / "extension" / "automl_magic_lab" / "labextension" / "package.json").exists():
        pytest.skip("the lab extension is not built: make extension")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def fresh_environment(folder: Path) -> Path:
    """Make an environment that borrows our dependencies but not our own package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    home = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # A path file adds the folder but does not run the path files in it: an editable install
    # of ours stays behind.
    (Path(home) / "borrowed.pth").write_text(site.getsitepackages()[0] + "\n")
    return python


def install(python: Path, *what: str) -> None:
    # A leftover record of the borrowed folder must not count as installed: hence --reinstall.
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--offline",
            "--no-build-isolation",
            "--reinstall-package",
            "automl-magic",
            "--python",
            python,
            *what,
        ],
        check=True,
        capture_output=True,
    )


def ask(python: Path, code: str, cwd: Path) -> str:
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, cwd=cwd)
    return done.stdout.strip()


def test_the_wheel_holds_the_library_the_templates_and_the_kernelspec(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    data = next(name.split("/")[0] for name in names if ".data/" in name)
    tops = {name.split("/")[0] for name in names}

    ours = {"automl_magic", "automl_magic_lab", "automl_magic_serving"}
    assert tops == {*ours, data, data.replace(".data", ".dist-info")}
    assert "automl_magic/flow/__init__.py" in names
    assert (
        f"{data}/data/share/jupyter/automl-magic/templates/notebooks/shared/search/search.py"
        in names
    )
    assert f"{data}/data/share/jupyter/automl-magic/templates/apps/leaderboard.ipynb" in names
    assert f"{data}/data/share/jupyter/kernels/automl-magic/kernel.json" in names


def test_the_wheel_holds_the_lab_extension_and_switches_its_server_side_on(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    data = next(name.split("/")[0] for name in names if ".data/" in name)
    place = f"{data}/data/share/jupyter/labextensions/@automl-magic/lab"

    assert f"{place}/package.json" in names
    assert f"{place}/install.json" in names
    assert any(name.startswith(f"{place}/static/remoteEntry.") for name in names)
    assert f"{data}/data/etc/jupyter/jupyter_server_config.d/automl_magic_lab.json" in names
    assert "automl_magic_lab/inventory.py" in names
    assert [name for name in names if "node_modules" in name or name.endswith(".ts")] == []


def test_jupyter_finds_both_sides_of_the_extension_in_an_installed_wheel(wheel, tmp_path):
    python = fresh_environment(tmp_path / "env")
    install(python, str(wheel))
    code = (
        "from pathlib import Path\n"
        "from jupyter_core.paths import jupyter_config_path, jupyter_path\n"
        "import automl_magic_lab\n"
        "def first(folders, name): return next(p for p in folders if Path(p, name).exists())\n"
        "print(first(jupyter_path('labextensions'), '@automl-magic/lab/package.json'))\n"
        "print(first(jupyter_config_path(), 'jupyter_server_config.d/automl_magic_lab.json'))\n"
        "print(automl_magic_lab.__file__)"
    )

    found = ask(python, code, tmp_path).splitlines()

    assert all(Path(path).is_relative_to(tmp_path) for path in found)


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_an_install_finds_its_templates_and_its_kernelspec(kind, wheel, tmp_path):
    python = fresh_environment(tmp_path / "env")
    install(python, *([str(wheel)] if kind == "wheel" else ["--editable", str(ROOT)]))

    where = ask(python, "import automl_magic; print(automl_magic.__file__)", tmp_path)
    templates = ask(
        python,
        "from automl_magic.files.templates import templates_folder; print(templates_folder())",
        tmp_path,
    )
    kernels = ask(
        python,
        "from jupyter_client.kernelspec import *; print('automl-magic' in find_kernel_specs())",
        tmp_path,
    )

    assert Path(where).is_relative_to(tmp_path) is (kind == "wheel")
    assert (Path(templates) / "notebooks" / "shared" / "search" / "load.py").exists()
    assert Path(templates).is_relative_to(tmp_path) is (kind == "wheel")
    assert kernels == "True"


def test_an_installed_wheel_has_the_command(wheel, tmp_path):
    python = fresh_environment(tmp_path / "env")
    install(python, str(wheel))

    done = subprocess.run(
        [python.with_name("automl"), "version", "--json"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )

    assert json.loads(done.stdout)["automl-magic"] == "0.1.0"


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_an_installed_wheel_runs_the_demo_and_its_lab_has_the_card_of_the_wizard(
    wheel, tmp_path, cards
):
    python = fresh_environment(tmp_path / "env")
    install(python, str(wheel))
    automl = python.with_name("automl")
    place = tmp_path / "place"
    place.mkdir()
    environment = {**os.environ, "AUTOML_MAGIC_HOME": str(tmp_path / "home")}

    done = subprocess.run(
        [automl, "demo"], check=False, capture_output=True, text=True, cwd=place, env=environment
    )

    assert done.returncode == 0, done.stderr
    assert "models:/" in done.stdout
    assert "AutoML wizard" in cards(automl)


def test_an_editable_install_needs_no_built_extension(tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(
        ROOT,
        checkout,
        ignore=shutil.ignore_patterns(
            ".*", "node_modules", "labextension", "lib", "docs", "tests", "__pycache__"
        ),
    )
    python = fresh_environment(tmp_path / "env")
    install(python, "--editable", str(checkout))

    where = ask(python, "import automl_magic_lab; print(automl_magic_lab.__file__)", tmp_path)
    place = tmp_path / "env" / "share" / "jupyter" / "labextensions" / "@automl-magic" / "lab"

    assert Path(where).is_relative_to(checkout)
    assert not place.exists()

    built = checkout / "extension" / "automl_magic_lab" / "labextension"
    built.mkdir()
    (built / "package.json").write_text("{}")
    for _ in range(2):
        subprocess.run([python, checkout / "extension" / "hatch_build.py", "setup"], check=True)
    assert place.resolve() == built

"""A package with a source of its own, installed as pip would: files, and an entry point."""

import shutil
import sys
from pathlib import Path

import pytest

from automl_magic.data.sources import registry

TOY = Path(__file__).parent / "toy" / "toy_counts.py"


@pytest.fixture(scope="session")
def orders():
    """The text that names a table of the toy source."""
    return "counts:orders?credential=env:COUNTS_TOKEN"


@pytest.fixture(scope="session")
def token():
    """The credential of the toy source, which nothing may ever hold."""
    return "canary-77c0a1"


@pytest.fixture(scope="session")
def install():
    """Return a function that writes the package into a folder."""

    def write(folder, point="counts = toy_counts:Counts"):
        info = folder / "automl_counts-1.0.dist-info"
        info.mkdir(parents=True)
        shutil.copy(TOY, folder)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: automl-counts\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[automl_magic.sources]\n{point}\n")
        return folder

    return write


@pytest.fixture
def session(tmp_path, monkeypatch):
    """Return a wizard's session, in a folder and with a home of its own."""
    from automl_magic.wizard.drafts import Drafts
    from automl_magic.wizard.session import WizardSession
    from automl_magic.workspace import default_workspace

    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    here = default_workspace()
    return WizardSession(
        folder=tmp_path / "work",
        names=dict,
        changed=lambda: None,
        drafts=Drafts(tmp_path / "work", here.home),
        workspace=here,
    )


@pytest.fixture
def announce(install, tmp_path, monkeypatch):
    """Return a function that installs the package for one test."""

    def forget():
        registry._announced.cache_clear()
        registry._try_load.cache_clear()
        sys.modules.pop("toy_counts", None)

    def write(**how):
        monkeypatch.syspath_prepend(install(tmp_path / "site", **how))
        forget()

    yield write
    forget()


@pytest.fixture
def toy(announce, monkeypatch, token, orders):
    """Return the toy source, installed, with its credential at hand."""
    announce()
    monkeypatch.setenv("COUNTS_TOKEN", token)
    return registry.find_source(orders)

"""A place of one's own, and the command typed in it: in this process, which is quick, or apart."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from automl_magic.cli import main
from automl_magic.execute import RunStore

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
# The books of runs, of MLflow and their locks: opening them is no half-written result.
BOOKS = ("runs.sqlite", "mlflow.db", "mlartifacts")


@dataclass(frozen=True)
class Said:
    """What the command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Place:
    """A working directory with a home of runs and a folder for temporary files."""

    path: Path
    temporary: Path

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def work(self) -> Path:
        return self.path / "work"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
        return {**kept, "AUTOML_MAGIC_HOME": str(self.home), "TMPDIR": str(self.temporary)}

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Make this process work here."""
        for folder in (self.home, self.work):
            folder.mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch, contextlib.chdir(self.work):
            patch.setenv("AUTOML_MAGIC_HOME", str(self.home))
            patch.setenv("TMPDIR", str(self.temporary))
            patch.setattr(tempfile, "tempdir", str(self.temporary))
            patch.delenv("MLFLOW_TRACKING_URI", raising=False)
            yield

    def type(self, *words: str) -> Said:
        """Type a command in this process. A traceback is raised, not returned."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with (
            self.entered(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as exit_info,
        ):
            main(list(words))
        for stream in (out, err):
            stream.flush()
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
        return Said(exit_info.value.code or 0, *texts)

    def start(self, *words: str, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start a command in a process of its own."""
        with self.entered():
            return subprocess.Popen(
                [*before, *AUTOML, *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=self.work,
                env=self.environment,
            )

    def type_apart(self, *words: str, before: tuple[str, ...] = ()) -> Said:
        """Type a command in a process of its own."""
        process = self.start(*words, before=before)
        out, err = process.communicate(timeout=240)
        return Said(process.returncode, out, err)

    def tree(self) -> dict[str, str]:
        """Return every file with its digest, and every folder, but for the books."""
        paths = {}
        for path in sorted(self.path.rglob("*")):
            name = str(path.relative_to(self.path))
            if path.parent == self.home and path.name.startswith(BOOKS):
                continue
            if name.startswith("home/mlartifacts/"):
                continue
            is_file = path.is_file() and not path.is_symlink()
            paths[name] = hashlib.sha256(path.read_bytes()).hexdigest() if is_file else "folder"
        return paths | {str(path): "temporary" for path in self.temporary.rglob("*")}

    def runs(self):
        return RunStore(self.home / "runs.sqlite").list(limit=1000)


def parts_of(output: Said, *, is_json: bool = True) -> list[str]:
    """Check that a refusal has its three parts; return them."""
    lines = output.err.splitlines()
    assert output.code in (1, 2), output
    assert "Traceback" not in output.err
    what, why, fix = lines[-3:]
    assert why.startswith("Why: "), lines
    assert fix.startswith("Do: "), lines
    parts = [what, why.removeprefix("Why: "), fix.removeprefix("Do: ")]
    assert all(len(part) > 3 for part in parts), parts
    assert all(part.isprintable() for part in parts), parts
    if is_json:
        assert list(output.document) == ["error"]
        assert list(output.document["error"]) == ["what", "why", "fix"]
    else:
        assert output.out == ""
    return parts


@contextlib.contextmanager
def a_place(path: Path) -> Iterator[Place]:
    # Kernels have their sockets in the folder for temporary files, and a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="automl-tests-") as temporary:
        here = Place(path, Path(temporary))
        with here.entered():
            pass
        yield here


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    with a_place(tmp_path) as here:
        yield here


@pytest.fixture(scope="session")
def fitted(tmp_path_factory) -> Iterator[Place]:
    """A place in which one small search has succeeded: the folder `plan`, the run `last`."""
    with a_place(tmp_path_factory.mktemp("fitted")) as here:
        rows = (f"{i},{i * 7 % 13},{'ny'[i * 5 % 8 < 4]}" for i in range(80))
        (here.work / "table.csv").write_text("a,b,y\n" + "\n".join(rows) + "\n")
        argv = "fit table.csv --target y --budget 8s --candidates linear,lightgbm -o plan --json"
        output = here.type(*argv.split())
        assert output.code == 0, output.err
        yield here


@pytest.fixture
def check_refused():
    """Check what a command said that must be refused. Return the three parts."""
    return parts_of


@pytest.fixture
def refused():
    """Check a command that must be refused, and that it changed nothing. Return the three parts."""

    def check(place: Place, *words: str, code: int = 1) -> list[str]:
        before, n_runs = place.tree(), len(place.runs())
        output = place.type(*words, "--json")
        parts = parts_of(output)
        assert len(output.err.splitlines()) == 3
        assert output.code == code
        assert place.tree() == before
        assert [run.run_id for run in place.runs() if not run.status.is_end] == []
        assert len(place.runs()) == n_runs
        return parts

    return check

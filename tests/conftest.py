"""What many tests share: a small table, and golden files that change only when asked to."""

import itertools
import os

# Several workers share the cores: the libraries of each take one thread where nobody asks for more.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from automl_magic.track import recorder
from tests.waiting import PATIENCE_S

# A busy machine is slow, not wrong.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")
recorder.FLUSH_LIMIT_S = PATIENCE_S

# What a test finds is no experience, and another test's order must not depend on it.
os.environ["AUTOML_MAGIC_REMEMBER"] = "0"

# Started in the background of a shell, Ctrl-C is ignored, here and in all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

GOLDEN = Path(__file__).parent / "golden"
AXE = Path(__file__).parents[1] / "extension" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


# Of several workers one gets all tests of a file, so that what the file starts is started once;
# and all of these folders, which ask one server.
TOGETHER = tuple(
    f"tests/serving/{name}/" for name in ("endpoint", "auth", "http", "rpc", "telemetry")
)
# What takes longest begins first, so that nobody waits for one worker at the end.
FIRST = tuple(
    f"tests/{name}"
    for name in (
        "flow/test_flow", "serving/http", "journeys", "render/test_hostile", "learn", "monitor",
        "serving", "track", "wizard", "execute",
    )
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Say which tests share a worker."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return TOGETHER[0] if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]

    return ByFile(config, log)


def pytest_collection_modifyitems(config, items):
    """Say in which order workers get the tests."""

    def rank(item):
        starts = (i for i, start in enumerate(FIRST) if item.nodeid.startswith(start))
        return next(starts, len(FIRST))

    if hasattr(config, "workerinput"):
        items.sort(key=rank)


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew (make golden)"
    )


@pytest.fixture
def golden(request):
    """Compare text with the golden file of this name; write it only when asked to."""

    def check(name, text):
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"No golden {name}. Look at the output, then: make golden"
        assert text.encode() == path.read_bytes()

    return check


def forty_customers():
    """Forty customers: every kind of column, and a target for each kind of task."""
    rows = range(40)
    cities = ("Oslo", "Bergen", "Århus", "Lund")
    words = ("late parcel", "kind answer", "wrong bill", "quick help", "no answer")
    return pd.DataFrame(
        {
            "customer": [f"C-{i:03}" for i in rows],
            "age": [None if i % 11 == 5 else 20 + (i * 7) % 45 for i in rows],
            "paid": [f"€ {1 + i % 3}.{(i * 37) % 900 + 100},50" for i in rows],
            "active": ["yes" if (i * 5) % 8 < 5 else "no" for i in rows],
            "city": [None if i == 9 else cities[(i * i) % 4] for i in rows],
            "street": [f"Street {(i * 13) % 17}" for i in rows],
            "since": [f"20{10 + i // 4}-{1 + i % 12:02}-{1 + (i * 3) % 28:02}" for i in rows],
            "note": [f"{words[i % 5]} and {words[(i * 3) % 5]}" for i in rows],
            "churn": ["yes" if (i * 7) % 45 + 9 * (i % 3) > 28 else "no" for i in rows],
            "plan": [("basic", "plus", "pro")[(i * i + i // 5) % 3] for i in rows],
            "spent": [round(20 + 3.5 * ((i * 7) % 45) + 40 * (i % 3), 2) for i in rows],
        }
    )


@pytest.fixture
def customers():
    return forty_customers()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of this machine: a call gives the address of a new database on it."""
    pytest.importorskip("psycopg")
    programs = [shutil.which("initdb"), shutil.which("pg_ctl")]
    if None in programs:
        pytest.skip("no PostgreSQL on this machine: initdb and pg_ctl are not on the path")
    initdb, pg_ctl = programs
    # It refuses to run as root. The path of its socket may have a hundred characters, no more.
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="automl-pg-", ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, **user)
        data = f"{name}/data"
        quiet = {"stdout": subprocess.DEVNULL, "cwd": "/", **user}
        subprocess.run(
            [initdb, "-D", data, "-A", "trust", "-U", "automl", "-N"], check=True, **quiet
        )
        options = f"-k {name} -c listen_addresses= -c fsync=off -c max_connections=200"
        start = [pg_ctl, "-D", data, "-l", f"{name}/log", "-o", options, "-w", "start"]
        subprocess.run(start, check=True, **quiet)
        try:
            numbers = itertools.count(1)

            def new_database():
                import psycopg

                database = f"test_{next(numbers)}"
                with psycopg.connect(
                    host=name, user="automl", dbname="postgres", autocommit=True
                ) as connection:
                    connection.execute(f"CREATE DATABASE {database}")
                return f"postgresql+psycopg://automl@/{database}?host={name}"

            yield new_database
        finally:
            stop = [pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"]
            subprocess.run(stop, check=True, **quiet)


# Not for the session: a second Playwright cannot begin in a thread before the first has ended.
@pytest.fixture(scope="module")
def browser():
    """A Chromium of this machine."""
    found = [
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ]
    if not found:
        pytest.skip("needs an installed Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=found[0], args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def violations():
    """What axe-core finds wrong on a page, or in a part of it: the elements by rule."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make extension")

    def find(page, part="html"):
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            "([part, tags]) => axe.run({include: [[part]]}, {runOnly: tags})"
            ".then(result => result.violations)",
            [part, list(WCAG)],
        )
        return {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found}

    return find

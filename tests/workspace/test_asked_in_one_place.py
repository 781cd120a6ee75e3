"""Who acts and where things lie is asked in one place; everywhere else it is a value."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "automl_magic", ROOT / "extension/automl_magic_lab", ROOT / "serving")
SOURCES = [
    path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.py"))
    if ROOT / "automl_magic/workspace" not in path.parents
]
# What a workspace says: whoever reads it from the environment acts behind a caller's back.
VARIABLES = {
    "AUTOML_MAGIC_HOME",
    "AUTOML_MAGIC_STORE",
    "AUTOML_MAGIC_PREDICTIONS",
    "AUTOML_MAGIC_WORKSPACE",
    "AUTOML_MAGIC_WORKSPACES",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_WORKSPACE",
    "USER",
    "LOGNAME",
}
# What is opened with a value, and where.
OPENED = {
    "RunStore": ("automl_magic/runs/backends.py",),
    "MlflowRegistry": ("automl_magic/runs/backends.py",),
    "MlflowTracker": ("automl_magic/runs/backends.py",),
    "open_engine": (
        "automl_magic/store/opened.py",
        "serving/automl_magic_serving/process/store_client.py",
        "serving/automl_magic_serving/telemetry/prediction_log.py",
        "serving/automl_magic_serving/http/batch/scoring_process.py",
    ),
}
# Front doors, and functions that a cell of a notebook calls, may ask the environment for their
# workspace. Everybody else is given one.
ASK = (
    "automl_magic/flow/",
    "automl_magic/jobs/",
    "automl_magic/cli/",
    "automl_magic/magics/",
    "automl_magic/wizard/widget.py",
    "automl_magic/what_if/widget.py",
    "automl_magic/pages/report/report.py",
    "automl_magic/learn/search.py",
    "automl_magic/monitor/prediction_log.py",
    "automl_magic/monitor/cells/finish.py",
    "automl_magic/monitor/model.py",
    "automl_magic/monitor/retrain/comparison.py",
    "automl_magic/explain/explainer.py",
    "automl_magic/register/pyfunc.py",
    "extension/automl_magic_lab/",
    "serving/automl_magic_serving/__main__.py",
    "serving/automl_magic_serving/process/worker.py",
    "serving/automl_magic_serving/http/batch/scoring_process.py",
)


def named(path):
    return path.relative_to(ROOT).as_posix()


@functools.cache
def walked():
    """Return what the tests look at, of all files: they are read once."""
    kinds = (ast.Import, ast.ImportFrom, ast.Call, ast.Assign)
    return [
        (named(path), node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, kinds) or (isinstance(node, ast.Constant) and node.value in VARIABLES)
    ]


def name_of(call):
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 500


def test_nobody_asks_the_operating_system_who_acts():
    imports = set()
    for path, node in walked():
        if isinstance(node, ast.Import):
            imports |= {
                (path, alias.name) for alias in node.names if alias.name in ("pwd", "getpass")
            }
        if isinstance(node, ast.ImportFrom) and node.module in ("pwd", "getpass"):
            imports.add((path, node.module))
        if isinstance(node, ast.Call) and name_of(node) in ("getlogin", "system_user"):
            imports.add((path, name_of(node)))
    assert imports == set()


def test_nobody_reads_the_variables_of_a_workspace():
    reads = {
        (path, node.value)
        for path, node in walked()
        if isinstance(node, ast.Constant) and node.value in VARIABLES
    }
    assert reads == set()


def test_nobody_writes_into_the_environment_where_things_lie():
    """What another thread reads there would be somebody else's."""
    writes = set()
    for path, node in walked():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = ast.unparse(node.func.value)
            if target == "os.environ" and node.func.attr in ("update", "setdefault"):
                writes.add((path, ast.unparse(node.args[0])))
            elif ast.unparse(node.func) == "os.putenv":
                writes.add((path, "putenv"))
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if ast.unparse(target).startswith("os.environ["):
                    writes.add((path, ast.unparse(target)))
    about_libraries = ("MLFLOW_DISABLE", "MLFLOW_ENABLE", "DO_NOT_TRACK", "GRPC_ENABLE")
    assert {
        write for write in writes if not write[1].strip("'").startswith(about_libraries)
    } == set()


@pytest.mark.parametrize("name", OPENED)
def test_what_holds_a_workspaces_things_is_opened_in_one_place_with_a_value(name):
    calls = [
        (path, node)
        for path, node in walked()
        if isinstance(node, ast.Call) and name_of(node) == name
    ]
    assert {path for path, _ in calls} <= set(OPENED[name])
    assert [path for path, node in calls if not node.args] == []


def test_only_front_doors_ask_the_environment_for_a_workspace():
    callers = {
        path
        for path, node in walked()
        if isinstance(node, ast.Call) and name_of(node) in ("default_workspace", "own_workspace")
    }
    assert {path for path in callers if not path.startswith(ASK)} == set()


def test_every_verb_of_flow_takes_a_workspace():
    without = []
    for path in sorted((ROOT / "automl_magic/flow").glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
            if not {"workspace", "here"} & set(names):
                without.append(f"{path.stem}.{node.name}")
    # These make something of their arguments alone.
    assert set(without) == {
        "cores.available_cores",
        "explaining.explain_notebook",
        "monitoring.monitor_notebook",
        "replacement.check_requests",
        "replacement.new_versions",
        "replacement.untried_note",
    }

"""The list of families: what a kind can do, and the families that packages bring."""

import copy
import json
import pickle
import subprocess
import sys

import pytest

from automl_magic.errors import PlanError
from automl_magic.records import (
    Answer,
    ExperimentSpec,
    RecordProblem,
    TaskFamily,
    TaskKind,
    dumps,
)
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.families import FAMILIES, families, family_of, installed_families, kinds

COUNTS = """
from automl_magic.records import Answer, TaskFamily, TaskKind

FAMILY = TaskFamily(
    name="counts",
    kinds=(
        TaskKind.declare("count", family="counts", answer=Answer.NUMBER, in_words="how many"),
    ),
    recipe="counts.recipe",
    tasks="counts.tasks",
)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a package with a family, as pip would lay it down."""
    monkeypatch.syspath_prepend(tmp_path)

    def lay_down(name, code, entry="FAMILY"):
        (tmp_path / f"{name}.py").write_text(code)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        line = f"[automl_magic.families]\n{name} = {name}:{entry}\n"
        (info / "entry_points.txt").write_text(line)
        installed_families.cache_clear()

    yield lay_down
    monkeypatch.undo()
    sys.modules.pop("counts", None)
    installed_families.cache_clear()


def test_a_kind_says_what_can_be_asked_of_it():
    properties = {
        kind: (kind.answer, kind.has_classes, kind.has_probabilities, kind.has_threshold)
        for kind in FAMILIES[0].kinds
    }

    assert properties == {
        "binary": (Answer.TWO_CLASSES, True, True, True),
        "multiclass": (Answer.CLASSES, True, True, False),
        "regression": (Answer.NUMBER, False, False, False),
    }
    assert all(kind.needs_target and not kind.is_ordered_in_time for kind in FAMILIES[0].kinds)


@pytest.mark.parametrize(
    ("kind", "allowed", "n_outputs"),
    [("binary", {2}, 1), ("multiclass", {2, 3, 900}, 5), ("regression", {0}, 1)],
)
def test_a_kind_bounds_its_classes_and_says_how_many_numbers_come_out(kind, allowed, n_outputs):
    task = TaskKind(kind)

    assert {n for n in (0, 1, 2, 3, 900) if task.allows(n)} == allowed
    assert task.n_outputs(5) == n_outputs


def test_a_kind_of_one_name_is_one_object_wherever_it_comes_from():
    kind = TaskKind("binary")

    assert kind is TaskKind(kind)
    assert kind is pickle.loads(pickle.dumps(kind))
    assert kind is copy.deepcopy(kind)
    assert kind is ExperimentSpec.from_json({"data": "x", "target": "y", "task": "binary"}).task


def test_a_kind_reads_and_writes_as_its_name():
    kind = TaskKind("binary")
    value = ExperimentSpec(data="x", target="y", task=kind).to_json()["task"]

    assert (str(kind), f"{kind}", json.dumps(kind), {kind: 1}["binary"]) == (
        "binary",
        "binary",
        '"binary"',
        1,
    )
    assert type(value) is str
    assert dumps(value) == '"binary"\n'


def test_a_kind_cannot_be_changed():
    with pytest.raises(AttributeError):
        TaskKind("binary").has_threshold = False


def test_a_kind_that_does_not_exist_is_refused_with_its_near_miss():
    with pytest.raises(RecordProblem) as caught:
        TaskKind("binry")

    assert caught.value.expected == "one of binary, multiclass, regression"
    assert (caught.value.actual, caught.value.close) == ("the text 'binry'", "binary")


@pytest.mark.parametrize("value", [None, 3, [], {}, True])
def test_what_is_no_name_is_no_kind(value):
    with pytest.raises(RecordProblem):
        TaskKind(value)


def test_a_package_brings_a_family(install):
    install("counts", COUNTS)

    assert TaskKind("count").in_words == "how many"
    assert family_of(TaskKind("count")).tasks == "counts.tasks"
    assert [str(kind) for kind in kinds()] == ["binary", "multiclass", "regression", "count"]
    schema = InputSchema.from_json({"task": "count", "target": "n", "columns": []})
    assert schema.task.answer is Answer.NUMBER


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import a_library_that_is_not_there", "ModuleNotFoundError: No module named 'a_library_"),
        ("1 / 0", "ZeroDivisionError"),
        ("FAMILY = 3", "TypeError: automl_magic.families needs a TaskFamily, not int"),
        (COUNTS.replace('"counts"', '"tabular"'), "a family named 'tabular' already exists"),
        (COUNTS.replace('"count"', '"binary"'), "the kind 'binary' already belongs to"),
        (COUNTS.replace('"count"', '"a count"'), "'a count' must be lower-case letters"),
    ],
)
def test_a_family_that_cannot_be_used_is_named_and_the_others_work(install, caplog, code, why):
    install("counts", code)

    assert families() == FAMILIES
    assert TaskKind("regression").answer is Answer.NUMBER
    assert "the task family 'counts' from the package counts can't be used" in caplog.text
    with pytest.raises(RecordProblem) as caught:
        TaskKind("count")
    assert why in caught.value.expected


def test_of_two_packages_with_one_kind_the_second_is_left_out(install):
    install("counts", COUNTS)
    install("others", COUNTS.replace('"counts"', '"others"'))

    assert [family.name for family in families()] == ["tabular", "counts"]
    assert "the kind 'count' already belongs to the family counts" in installed_families()[1][0]


def test_packages_are_looked_for_only_where_our_kinds_are_not_enough():
    code = (
        "import sys\n"
        "from automl_magic.records import TaskKind\n"
        "TaskKind('binary')\n"
        "print('importlib.metadata' in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout == "False\n"


def test_a_family_needs_kinds_that_are_its_own():
    for wrong in ((), (TaskKind("binary"),)):
        with pytest.raises(ValueError, match="needs kinds declared with its own name"):
            TaskFamily(name="counts", kinds=wrong, recipe="x", tasks="y")


def test_a_plan_of_a_kind_that_is_not_installed_says_so(tmp_path):
    from automl_magic.runs.plan_folder import PLAN_NAME, find_plan

    path = tmp_path / PLAN_NAME
    path.parent.mkdir()
    experiment = {"data": "x.csv", "target": "n", "task": "count"}
    path.write_text(json.dumps({"plan": {"experiment": experiment}, "code": {}}))
    with pytest.raises(PlanError) as caught:
        find_plan(tmp_path)

    assert caught.value.what.endswith("isn't supported.")
    assert caught.value.why.startswith("It's the text 'count', but must be one of binary, ")

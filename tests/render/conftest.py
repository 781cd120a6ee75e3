"""Plans and recipes for the forty customers, one for each kind of task. No version is real."""

import dataclasses
import random

import pytest

from automl_magic.data import profile
from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import (
    Candidate,
    Decision,
    DecisionKind,
    Estimate,
    ExperimentSpec,
    Plan,
    Split,
    SplitKind,
    StepSpec,
    TaskKind,
)
from tests.conftest import forty_customers

TASKS = ("binary", "multiclass", "regression")
TARGETS = {"binary": "churn", "multiclass": "plan", "regression": "spent"}
CLASSES = {"binary": ("no", "yes"), "multiclass": ("basic", "plus", "pro"), "regression": ()}
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
READ = {
    "binary": {
        "format": "csv",
        "options": {
            "sep": ",",
            "encoding": "utf-8",
            "float_precision": "round_trip",
            "low_memory": False,
        },
    },
    "multiclass": {
        "format": "jsonl",
        "options": {
            "lines": True,
            "orient": "records",
            "encoding": "utf-8",
            "dtype": False,
            "convert_axes": False,
            "convert_dates": False,
            "precise_float": True,
        },
    },
    "regression": {"format": "parquet", "options": {}},
}
SOURCES = {
    "binary": "data/customers.csv",
    "multiclass": "data/customers.jsonl",
    "regression": "data/customers.parquet",
}
SPLITS = {
    "binary": Split(kind=SplitKind.STRATIFIED, folds=3, holdout=0.25, seed=7),
    "multiclass": Split(kind=SplitKind.GROUPED, folds=3, holdout=0.25, seed=7, column="street"),
    "regression": Split(
        kind=SplitKind.TIME, folds=3, holdout=0.25, seed=7, column="since", date_format="%Y-%m-%d"
    ),
}
VERSIONS = {
    "catboost": "1.0.0",
    "lightgbm": "2.0.0",
    "numpy": "3.0.0",
    "pandas": "4.0.0",
    "pyarrow": "5.0.0",
    "python": "6.0.0",
    "scikit-learn": "7.0.0",
    "threadpoolctl": "9.0.0",
    "xgboost": "8.0.0",
    "torch": "2.13.0",
}


def a_dataset(task):
    """The profile of the forty customers, without findings. Its fingerprint is of no real table."""
    dataset = profile(
        forty_customers(),
        name="customers",
        source=SOURCES[task],
        read=READ[task],
        target=TARGETS[task],
        kinds={"street": "high_cardinality", "note": "text", "since": "date"},
    )
    return dataclasses.replace(dataset, fingerprint="sha256:0", findings=())


def the_views():
    parse = {"decimal": ",", "thousands": "."}
    dense = {"fill": "median", "scale": True, "indicator": True}
    shared = (
        StepSpec(kind="target_mean", columns=("street",), params={"smoothing": 10.0, "n_folds": 5}),
        StepSpec(kind="text", columns=("note",), params={"max_features": 100, "components": 3}),
    )
    return {
        "tree": (
            StepSpec(kind="number", columns=("age",)),
            StepSpec(kind="number", columns=("paid",), params={"parse": parse}),
            StepSpec(kind="boolean", columns=("active",), params={"true": "yes", "false": "no"}),
            StepSpec(kind="date", columns=("since",), params={"date_format": "%Y-%m-%d"}),
            StepSpec(kind="category", columns=("city",)),
            *shared,
        ),
        "dense": (
            StepSpec(kind="number", columns=("age",), params=dense),
            StepSpec(kind="number", columns=("paid",), params={"parse": parse, **dense}),
            StepSpec(
                kind="boolean",
                columns=("active",),
                params={"true": "yes", "false": "no", "fill": "most_frequent"},
            ),
            StepSpec(
                kind="date",
                columns=("since",),
                params={"date_format": "%Y-%m-%d", "fill": "median", "scale": True},
            ),
            StepSpec(kind="one_hot", columns=("city",), params={"min_count": 3, "max_levels": 50}),
            *shared,
        ),
    }


def a_candidate(name, estimator, view, params):
    decision = Decision(
        about=DecisionKind.CANDIDATE,
        name=name,
        choice=name,
        why="It is strong on small tables.",
        evidence={"rows": 40},
        rejected=("deeper trees: too few rows",),
    )
    return Candidate(name=name, estimator=estimator, view=view, params=params, decision=decision)


def a_plan(task):
    return Plan(
        experiment=ExperimentSpec.from_json(
            {
                "data": SOURCES[task],
                "target": TARGETS[task],
                "task": task,
                "objective": METRICS[task],
                "budget_s": 10.0,
                "threads": 1,
                "hpo": {"sampler": "portfolio", "trials": 3},
            }
        ),
        dataset=a_dataset(task),
        task=TaskKind(task),
        metric=METRICS[task],
        split=SPLITS[task],
        classes=CLASSES[task],
        views=the_views(),
        candidates=(
            a_candidate(
                "lightgbm",
                "lightgbm",
                "tree",
                {"learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": 3},
            ),
            a_candidate(
                "linear", "linear", "dense", {"alpha": 1.0} if task == "regression" else {"C": 1.0}
            ),
        ),
        decisions=(
            Decision(
                about=DecisionKind.TASK,
                choice=task,
                why=f"The target {TARGETS[task]!r} says so.",
                evidence={"classes": len(CLASSES[task])},
            ),
            Decision(about=DecisionKind.METRIC, choice=METRICS[task], why="It is the usual one."),
            Decision(about=DecisionKind.THREADS, choice="1", why="You set this."),
            Decision(about=DecisionKind.FOLDS, choice="3", why="Forty rows are few."),
            Decision(
                about=DecisionKind.COLUMN,
                name="customer",
                choice="left out",
                why="Each row has its own value.",
                evidence={"n_unique": 40},
            ),
        ),
        estimate=Estimate(
            search_s=10.0, overhead_s=8.0, memory_bytes=10**9, n_trials=3, basis="Few rows."
        ),
    )


def a_member(estimator, view, weight, params, n_iterations=None, name=None):
    return MemberSpec(
        name=name or estimator,
        estimator=estimator,
        view=view,
        weight=weight,
        params=params,
        n_iterations=n_iterations,
        seeds=(7, 8) if n_iterations else (7,),
    )


MEMBERS = {
    "binary": (
        a_member(
            "lightgbm",
            "tree",
            0.5,
            {"learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": 3},
            20,
        ),
        a_member("catboost", "tree", 0.25, {"depth": 4}, 15),
        a_member("linear", "dense", 0.25, {"C": 1.0}),
    ),
    "multiclass": (
        a_member("xgboost", "tree", 0.75, {"learning_rate": 0.3, "max_depth": 3}, 10),
        a_member("extra_trees", "dense", 0.25, {"n_estimators": 20}),
    ),
    "regression": (
        a_member("random_forest", "dense", 0.5, {"n_estimators": 20}),
        a_member(
            "lightgbm",
            "tree",
            0.25,
            {"learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": 3},
            20,
        ),
        a_member("dummy", "dense", 0.25, {}),
    ),
}


def a_recipe(task):
    return Recipe(
        task=TaskKind(task),
        target=TARGETS[task],
        metric=METRICS[task],
        classes=CLASSES[task],
        columns={"age": "number"},
        views=the_views(),
        members=MEMBERS[task],
        threshold=0.4 if task == "binary" else None,
        class_weight=task == "binary",
        split=SPLITS[task],
        seed=7,
        threads=1,
        versions=VERSIONS,
    )


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


@pytest.fixture
def dataset(task):
    return a_dataset(task)


@pytest.fixture
def plan(task):
    return a_plan(task)


@pytest.fixture
def recipe(task):
    return a_recipe(task)


@pytest.fixture
def binary():
    """One recipe with its dataset, where the kind of task does not matter."""
    return a_recipe("binary"), a_dataset("binary")


@pytest.fixture
def changed():
    return dataclasses.replace


@pytest.fixture
def folder_of_customers(customers, tmp_path):
    """A folder in which the sources of the plans lie as files."""
    (tmp_path / "data").mkdir()
    customers.to_csv(tmp_path / "data" / "customers.csv", index=False)
    customers.to_parquet(tmp_path / "data" / "customers.parquet", index=False)
    customers.to_json(
        tmp_path / "data" / "customers.jsonl", orient="records", lines=True, force_ascii=False
    )
    return tmp_path


# What has broken generated code somewhere: each would touch the file `canary` if it ever ran.
PAYLOADS = (
    "\"]; import os; os.system('touch canary') #",
    "'); open('canary', 'w').close() #",
    "\n!touch canary",
    "\r%run canary.py\r",
    "\x85import os\u2028os.system('touch canary')\u2029",
    "\\",
    '\\"',
    "\\N{BULLET}\\u0022",
    "{__import__('os').system('touch canary')}",
    "%(x)s %s {0} {} ${HOME} $x^$ $(touch canary) `touch canary`",
    "%%bash\ntouch canary",
    "%system touch canary",
    "!!touch canary",
    "?canary",
    "canary??",
    "\"\"\"\n'''\n",
    '# %% [markdown]\n# slot("name")',
    'slot("name")',
    "<script>fetch('canary')</script>",
    "\u202e txt.yranac",
    "\0",
    "__class__",
    "",
    "=cmd|'/c touch canary'!A1",
    "é" * 50,
    "\U0001f600" * 20,
    "lambda: None",
    ",",
    ":",
    "1e999",
    "NaN",
)
ALPHABET = (
    *PAYLOADS,
    *"\"'`\\\n\r\t\v\f\x1c\x85\u2028\u2029\0{}[]()$%!?#@;:,.=*~ aZ9_€ß中🙂",
    "\ud800",
    "\udfff",
)


@pytest.fixture
def nasty_names():
    """Return `n` names made of what breaks generated code, the same ones every time."""

    def make(n, *, whole_characters=False):
        choose = random.Random(2026)
        alphabet = [c for c in ALPHABET if not (whole_characters and "\ud800" <= c <= "\udfff")]
        names = [*PAYLOADS[:n]]
        while len(names) < n:
            names.append("".join(choose.choices(alphabet, k=choose.randint(1, 12))))
        return names

    return make


def renamed(document, names):
    """Return a JSON document with some of its texts replaced, keys included."""
    match document:
        case str():
            return names.get(document, document)
        case list():
            return [renamed(item, names) for item in document]
        case dict():
            return {names.get(key, key): renamed(item, names) for key, item in document.items()}
        case _:
            return document


@pytest.fixture
def rename():
    """Return a function that gives a record under other names."""

    def make(record, names):
        return type(record).from_json(renamed(record.to_json(), names))

    return make

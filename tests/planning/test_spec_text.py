"""The experiment file that is written says everything, and is read back as it was."""

import dataclasses

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from automl_magic.planning import format_spec, parse_spec
from automl_magic.records import ExperimentSpec, Record

ANY_TEXT = st.text(st.characters(), max_size=30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
HOSTILE = [
    "no",
    "~",
    "null",
    "- a",
    "a: b",
    "# c",
    "*a",
    "&a",
    "!!str x",
    "2020-01-01",
    "1e3",
    "'\"\\",
    "a\nb",
    "\x00\x85\u2028\u202e\ud800",
    "😀",
    " ",
    "",
    "x" * 10_000,
    "%YAML 1.2",
    "---",
]


@st.composite
def experiments(draw):
    return ExperimentSpec.from_json(
        {
            "data": draw(ANY_TEXT),
            "target": draw(ANY_TEXT),
            "task": draw(st.sampled_from([None, "binary", "regression"])),
            "options": draw(
                st.dictionaries(
                    ANY_TEXT, st.none() | st.booleans() | NUMBERS | ANY_TEXT, max_size=3
                )
            ),
            "objective": draw(st.none() | ANY_TEXT),
            "budget_s": draw(st.floats(1e-6, 1e6)),
            "threads": draw(st.none() | st.integers(1, 1000)),
            "cv": {
                "column": draw(st.none() | ANY_TEXT),
                "seed": draw(st.integers(0, 10**9)),
            },
            "candidates": draw(st.none() | st.lists(ANY_TEXT, max_size=3)),
            "features": {
                "exclude": draw(st.lists(ANY_TEXT, max_size=3)),
                "kinds": draw(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3)),
            },
            "constraints": {"latency_ms_p95": draw(st.none() | st.floats(1e-300, 1e300))},
            "business": {
                "problem": draw(st.none() | ANY_TEXT),
                "fairness": draw(st.dictionaries(ANY_TEXT, NUMBERS, max_size=3)),
            },
        }
    )


@given(experiments())
@example(
    ExperimentSpec.from_json(
        {
            "data": "d",
            "target": "t",
            "sensitive": HOSTILE,
            "features": {"kinds": dict.fromkeys(HOSTILE, "number")},
        }
    )
)
def test_what_is_written_is_read_back(experiment):
    assert parse_spec(format_spec(experiment), "x") == experiment


@given(experiments())
def test_any_yaml_reader_gives_the_same_document(experiment):
    assert yaml.safe_load(format_spec(experiment)) == experiment.to_json()


def test_every_field_is_written_with_its_documentation():
    experiment = ExperimentSpec(data="d", target="t", options={"group": "shop"})
    text = " ".join(format_spec(experiment).replace("#", " ").split())

    def check(record):
        for field in dataclasses.fields(record):
            assert field.metadata["doc"] in text
            assert f" {field.name}:" in text
            if isinstance(value := getattr(record, field.name), Record):
                check(value)

    check(experiment)


def test_a_kind_of_task_without_options_has_none_in_its_file():
    assert "options" not in format_spec(ExperimentSpec(data="d", target="t"))


def test_the_file_begins_with_what_was_asked():
    assert format_spec(ExperimentSpec(data="a/b.csv", target="it's")).splitlines()[1:7] == [
        "# Version of the file format.",
        "schema_version: 1",
        "# Table: a path, or sklearn:NAME for a scikit-learn dataset.",
        "data: a/b.csv",
        "# Column to predict.",
        'target: "it\'s"',
    ]

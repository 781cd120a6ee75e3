import pytest

from automl_magic.track import mlflow_names

HOSTILE = [
    "",
    ".",
    "..",
    "a/../b",
    "/abs",
    "a//b",
    "trailing/",
    "new\nline",
    "trailing\n",
    "nul\0",
    "\ud800",
    "é",
    "🎉",
    "\u202eabc",
    "$x^$",
    "'; DROP",
    "x" * 10_000,
]


@pytest.mark.parametrize("name", ["learning_rate", "a/b", "a.b-c d:e", "x" * 250])
def test_a_name_that_fits_stays(name):
    assert mlflow_names.mlflow_key(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_becomes_one_that_mlflow_takes(name):
    from mlflow.utils.validation import _validate_length_limit, _validate_metric_name

    key = mlflow_names.mlflow_key(name)
    _validate_metric_name(key)
    _validate_length_limit("key", mlflow_names.MAX_KEY, key)


def test_two_names_never_become_one():
    assert len({mlflow_names.mlflow_key(name) for name in HOSTILE}) == len(HOSTILE)


def test_a_long_value_is_cut_with_a_digest():
    text = mlflow_names.mlflow_value("x" * 10_000)

    assert len(text) <= mlflow_names.MAX_PARAM
    assert text != mlflow_names.mlflow_value("x" * 10_001)


def test_a_value_that_is_no_text_becomes_json():
    assert mlflow_names.mlflow_value({"a": [1, None]}) == '{"a": [1, null]}'


@pytest.mark.parametrize("text", ["nul\0", "\ud800"])
def test_a_value_can_be_stored(text):
    mlflow_names.mlflow_value(text).encode()
    assert "\0" not in mlflow_names.mlflow_value(text)

"""Labels become codes by their text, and codes become labels of their own type."""

import numpy as np
import pytest

from automl_magic.errors import TargetNotUsable
from automl_magic.recipe import encode_target, has_target, label_array
from automl_magic.records import TaskKind


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([1, 0, 1], (0, 1)),
        ([1.0, 0.0, 1.0], (0, 1)),
        (["1", "0", "1"], (0, 1)),
        ([True, False, True], (False, True)),
        (["yes", "no", "yes"], ("no", "yes")),
        (["\ud800", "", "\ud800"], ("", "\ud800")),
    ],
)
def test_a_label_finds_its_class(values, classes):
    codes = encode_target(np.array(values), TaskKind("binary"), classes)
    assert codes.dtype == np.int64
    assert codes.tolist() == [1, 0, 1]


def test_numbers_in_text_are_read_by_the_rule_of_the_target():
    values = np.array(["1.234,5", "x", None, " ", "(7,25)", 3.5], dtype=object)
    rule = {"decimal": ",", "thousands": "."}

    is_labelled = has_target(values, rule)

    assert is_labelled.tolist() == [True, False, False, False, True, True]
    y = encode_target(values[is_labelled], TaskKind("regression"), parse=rule)
    assert y.tolist() == [1234.5, -7.25, 3.5]
    assert has_target(values).tolist() == [True, True, False, True, True, True]


@pytest.mark.parametrize("missing", [None, np.nan])
def test_a_missing_label_is_refused(missing):
    with pytest.raises(TargetNotUsable) as caught:
        encode_target(np.array(["a", missing], dtype=object), TaskKind("binary"), ("a", "b"))
    assert caught.value.why == "Row 1 contains a missing value. The classes are a, b."


def test_numbers_are_read_as_numbers():
    assert encode_target(np.array([1, 2]), TaskKind("regression")).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("classes", "kind"),
    [((0, 1), "i"), ((False, True), "b"), ((0.5, 1.5), "f"), (("a", "b"), "O"), ((1, "a"), "O")],
)
def test_labels_keep_their_own_type(classes, kind):
    labels = label_array(classes)
    assert labels.dtype.kind == kind
    assert labels.tolist() == list(classes)


LONG = 1234567890123456789


@pytest.mark.parametrize(
    "classes",
    [(LONG, LONG + 1), (-1, 2**63 - 1), (2**64 - 2, 2**64 - 1), (-1, 2**64 - 1), (1, 10**30)],
)
def test_long_integers_are_labels_with_all_their_digits(classes):
    labels = label_array(classes)
    assert labels.tolist() == list(classes)
    for values in (labels, np.array(classes, object), np.array([str(c) for c in classes], object)):
        assert encode_target(values, TaskKind("binary"), classes).tolist() == [0, 1]

import numpy as np
import pandas as pd
import pytest

from automl_magic.data.kinds import ColumnValues, infer_kind
from automl_magic.errors import DataError
from automl_magic.records import ColumnKind

N = 200


def _kind(values, name="x", **options):
    understood = infer_kind(ColumnValues(name, pd.Series(values)), **options)
    assert understood.reason.endswith(".")
    return understood.kind.value


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([None] * N, "constant"),
        ([7] * N, "constant"),
        (["a"] * N, "constant"),
        (["a"] * 100 + [None] * 100, "category"),
        ([True, False] * 100, "boolean"),
        ([True, None] * 100, "boolean"),
        ([0, 1] * 100, "boolean"),
        ([0.0, 1.0, None, 1.0] * 50, "boolean"),
        ([1, 2] * 100, "number"),
        ([1, 2, 3, 4, 5] * 40, "number"),
        (np.linspace(0, 1, N), "number"),
        (np.arange(N) % 90, "number"),
        (["Yes", "No"] * 100, "boolean"),
        (["t", "f", None, "t"] * 50, "boolean"),
        (["male", "female"] * 100, "category"),
        (["yes", "true"] * 100, "category"),
        ([f"level {i % 15}" for i in range(N)], "category"),
        ([f"level {i % 40}" for i in range(N)], "high_cardinality"),
        ([f"L{i % 101}" for i in range(5000)], "high_cardinality"),
        ([f"L{i % 100}" for i in range(5000)], "category"),
        ([f"key-{i}" for i in range(N)], "id"),
        ([f"the customer number {i} said a lot of words" for i in range(N)], "text"),
        ([f"Smith, Mr. John the {i}th" for i in range(N)], "text"),
        ([f"folder/pictures/number-{i:08d}.jpg" for i in range(N)], "id"),
        (pd.date_range("2020", periods=N), "date"),
        ([f"2020-01-{1 + i % 28:02d}" for i in range(N)], "date"),
        ([f"{i},5" for i in range(N)], "number"),
        ([f"0{i % 7}" for i in range(N)], "category"),
        (pd.Categorical(["a", "b"] * 100), "category"),
        (pd.Series([1, 2, None, 4] * 50, dtype="Int64"), "number"),
        (pd.to_timedelta(np.arange(N) % 9, unit="h"), "number"),
        ([float("inf"), 1.5, 2.5, 3.5] * 50, "number"),
    ],
)
def test_values_have_the_kind_they_mean(values, kind):
    assert _kind(values) == kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("PassengerId", np.arange(0, 3 * N, 3), "id"),
        ("customer_id", np.arange(N) * 1_000_003, "id"),
        ("Unnamed: 0", np.arange(N), "id"),
        ("row", np.arange(N), "id"),
        ("price", np.arange(N) * 1_000_003, "number"),
        ("humid", np.arange(N) * 1_000_003, "number"),
        ("zone_id", np.arange(N) % 30, "high_cardinality"),
        ("zip", [94110, 94111] * 100, "category"),
        ("barcode", np.arange(N) % 30, "number"),
    ],
)
def test_a_name_tells_keys_and_codes_from_amounts(name, values, kind):
    assert _kind(values, name) == kind


def test_a_target_is_never_an_id():
    assert _kind(np.arange(N), "price", is_target=True) == "number"
    assert _kind(np.arange(N), "target_id", is_target=True) == "number"
    assert _kind([f"k{i % 150}" for i in range(N)], is_target=True) == "category"


def test_the_reason_says_what_was_seen():
    reasons = {
        "codes": infer_kind(ColumnValues("x", pd.Series([1, 2, 3] * 60))).reason,
        "blanks": infer_kind(ColumnValues("x", pd.Series(["1.5", " ", "2.5"] * 60))).reason,
        "dates": infer_kind(ColumnValues("x", pd.Series(["03/04/2020", "25/12/2020"] * 60))).reason,
    }
    assert reasons == {
        "codes": "Integers with 3 distinct values. They could be codes, but reading them as "
        "numbers keeps their order.",
        "blanks": "Text that reads as numbers in 100.0% of the non-empty rows (60 blank or other "
        "values become missing).",
        "dates": "Text that reads as dates by %d/%m/%Y in 100.0% of the non-empty rows. Day "
        "first, because there are values above 12.",
    }


def test_a_boolean_says_which_value_means_yes():
    assert infer_kind(ColumnValues("x", pd.Series(["No", "Yes"]))).parse == {
        "true": "Yes",
        "false": "No",
    }
    assert infer_kind(ColumnValues("x", pd.Series([0.0, 1.0]))).parse == {"true": "1", "false": "0"}
    by_hand = infer_kind(ColumnValues("x", pd.Series([1, 2, 1])), requested_kind="boolean")
    assert by_hand.parse == {"true": "2", "false": "1"}


def test_a_kind_set_by_hand_is_taken():
    assert _kind([1, 2, 3] * 60, requested_kind="category") == "category"
    understood = infer_kind(
        ColumnValues("x", pd.Series(["1,5", "2,5"] * 60)), requested_kind="number"
    )
    assert (understood.kind, understood.parse) == (ColumnKind.NUMBER, {"decimal": ","})


@pytest.mark.parametrize("wanted", ["number", "date", "boolean"])
def test_a_kind_that_the_values_do_not_allow_is_refused(wanted):
    with pytest.raises(DataError, match=f"Can.t read column .x. as {wanted}") as caught:
        infer_kind(ColumnValues("x", pd.Series(["a", "b", "c"] * 60)), requested_kind=wanted)
    assert caught.value.fix == "Don't set the kind, or use category."

"""The first rows of a table, as a notebook shows them."""

import pandas as pd

from automl_magic import data


def test_personal_values_are_masked_and_missing_ones_stay_missing():
    table = pd.DataFrame(
        {"mail": ["bob@example.org", None, "eve@example.org"], "card": [4111111111111111, 1, 2]}
    )

    preview = data.preview(table, personal={"mail": "email", "card": "card_number"}, n_rows=2)

    assert preview["mail"].tolist()[0] == "[email]"
    assert preview["mail"].isna().tolist() == [False, True]
    assert preview["card"].tolist() == ["[card number]", "[card number]"]
    assert table["mail"][0] == "bob@example.org"


def test_without_personal_columns_it_is_the_head_of_the_table():
    table = pd.DataFrame({"x": range(9)})

    pd.testing.assert_frame_equal(data.preview(table, personal={"gone": "email"}), table.head())

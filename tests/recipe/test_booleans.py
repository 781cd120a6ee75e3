"""The two texts of a yes/no column, and every other text that means the same."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.recipe.booleans import FALSE_TEXTS, TRUE_TEXTS, BooleanTexts

PAIRS = [("True", "False"), ("1", "0"), ("Yes", "No"), ("t", "f"), ("Ja", "Nein"), ("b", "a")]
WORDS = [*sorted(TRUE_TEXTS | FALSE_TEXTS), "True", "FALSE", " Yes ", "ja", "NEIN", "A", "?", ""]


def test_words_that_mean_yes_and_no_are_the_same_in_every_spelling():
    for true, false in PAIRS[:4]:
        texts = BooleanTexts(true, false)
        assert all(texts.read(word) is True for word in TRUE_TEXTS)
        assert all(texts.read(word) is False for word in FALSE_TEXTS)


def test_words_without_a_meaning_are_not_guessed():
    texts = BooleanTexts("Ja", "Nein")
    assert texts.read("ja") is True
    assert texts.read("yes") is None
    assert texts.read(1) is None


@settings(max_examples=100, deadline=None)
@given(
    pair=st.sampled_from(PAIRS),
    values=st.lists(
        st.one_of(st.sampled_from(WORDS), st.booleans(), st.integers(0, 2), st.none()), max_size=20
    ),
)
def test_the_standalone_notebook_reads_them_alike(readers, pair, values):
    meanings = [BooleanTexts(*pair).read(value) for value in values]
    expected = [np.nan if meaning is None else float(meaning) for meaning in meanings]
    read = readers["as_booleans"](pd.Series(values, dtype=object), *pair)
    np.testing.assert_array_equal(read, expected)

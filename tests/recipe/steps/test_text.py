"""Terms are those of scikit-learn, and the forecast says what words say of the target."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score

from automl_magic.errors import PlanError
from automl_magic.recipe import fit_view
from automl_magic.recipe.steps.terms import SIZES, learn_terms
from automl_magic.records import StepSpec, TaskKind

words = st.sampled_from(
    ["red", "wine", "İİ", "a", "é", "ab", "\ud800x", "x_1", "\u200b", "ß🐍", "wine,red"]
)
texts = st.one_of(
    st.text(max_size=12), st.lists(words, max_size=6).map(" ".join), st.just(" \t\n ")
)


@given(st.lists(texts, min_size=1, max_size=6), st.sampled_from(sorted(SIZES)), st.integers(2, 30))
@example(["red wine red wine", "wine red"], "word", 3)
@example(["ab", "a", "abc abc"], "char_wb", 4)
def test_terms_are_counted_as_scikit_learn_counts_them(documents, analyzer, most):
    vocabulary, counts = learn_terms(documents, analyzer, most)
    vectorizer = CountVectorizer(analyzer=analyzer, ngram_range=SIZES[analyzer], dtype=float)
    analyze = vectorizer.build_analyzer()
    known = Counter(term for document in documents for term in analyze(document))
    expected = sorted(known, key=lambda term: (-known[term], term))[:most]

    assert list(vocabulary.terms) == sorted(expected)
    if expected:
        theirs = vectorizer.set_params(vocabulary=sorted(expected)).transform(documents)
        np.testing.assert_array_equal(counts.toarray(), theirs.toarray())
        np.testing.assert_array_equal(vocabulary.counts(documents).toarray(), theirs.toarray())
        row = Counter(term for term in vocabulary.terms_of_text(documents[0]) if term in known)
        assert row == Counter(analyze(documents[0]))


def test_a_text_of_unknown_words_has_the_forecast_of_an_empty_one():
    table = {"t": np.array(["good day", "bad day"] * 50, dtype=object)}
    y = np.array([1, 0] * 50)
    spec = StepSpec(kind="text", columns=("t",), params={"components": 1, "forecast": True})
    view, _ = fit_view([spec], table, y, TaskKind("binary"))

    assert view.names == ("t: topic 0", "t: forecast")
    assert view.transform_row({"t": "never heard"}) == view.transform_row({})
    good, empty, bad = (view.transform_row({"t": text})[1] for text in ("good", "", "bad"))
    assert good > empty > bad


def test_the_forecast_finds_in_the_words_what_the_topics_do_not_keep():
    rng = np.random.default_rng(0)
    plain, telling = [f"w{i}" for i in range(300)], [f"t{i}" for i in range(40)]
    y = rng.integers(0, 2, 1500)
    table = {
        "t": np.array(
            [
                " ".join([*rng.choice(plain, 12), rng.choice(telling[label::2])])
                for label in y.tolist()
            ],
            dtype=object,
        )
    }
    spec = StepSpec(kind="text", columns=("t",), params={"components": 4, "forecast": True})
    _, matrix = fit_view([spec], table, y, TaskKind("binary"))

    assert roc_auc_score(y, matrix[:, -1]) > 0.95
    assert max(roc_auc_score(y, topic) for topic in matrix[:, :-1].T) < 0.75


def test_weights_are_sparse_until_they_are_few():
    _, counts = learn_terms(["one two", "two three"], "word", 10)

    assert isinstance(counts, csr_array)


def test_an_analyzer_that_does_not_exist_is_refused():
    spec = StepSpec(kind="text", columns=("t",), params={"analyzer": "chars"})
    with pytest.raises(PlanError) as caught:
        fit_view([spec], {"t": np.array(["a b"])}, None, TaskKind("binary"))
    assert caught.value.fix == "Use analyzer='word'."

"""words: fit and apply the terms of one text column."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.recipe.steps.relevance import even_rows
from automl_magic.recipe.steps.terms import Vocabulary, learn_terms
from automl_magic.recipe.values import Array, Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FITTED_ROWS = 20_000
POWER_ITERATIONS = 3


@dataclass(frozen=True)
class Words:
    """The terms of one column, their IDF weights, and their coefficients for each output.

    `places` has shape (n_terms, n_outputs), topics first. `starts` are the outputs of an empty
    text.
    """

    vocabulary: Vocabulary
    idf: Floats
    weights_by_term: Floats
    offsets: Floats
    n_topics: int

    def transform(self, documents: Sequence[str]) -> Floats:
        outputs: Floats = self.weights(self.vocabulary.counts(documents)) @ self.weights_by_term
        return outputs + self.offsets

    def weights(self, counts: csr_array) -> csr_array:
        from sklearn.feature_extraction.text import TfidfTransformer

        transformer = TfidfTransformer(sublinear_tf=True)
        transformer.idf_ = self.idf
        return transformer.transform(counts)

    def transform_text(self, text: str) -> list[float]:
        """Transform one text, without a sparse matrix."""
        index = self.vocabulary.index
        counts = Counter(
            index[term] for term in self.vocabulary.terms_of_text(text) if term in index
        )
        if not counts:
            empty: list[float] = self.offsets.tolist()
            return empty
        positions = list(counts)
        weights = np.array([math.log(n) + 1.0 for n in counts.values()]) * self.idf[positions]
        result = (
            weights @ self.weights_by_term[positions] / math.sqrt(weights @ weights) + self.offsets
        )
        outputs: list[float] = result.tolist()
        return outputs


def fit_words(
    documents: list[str],
    targets: Floats | None,
    folds: Array | None,
    *,
    analyzer: str,
    max_features: int,
    components: int,
    seed: int,
) -> tuple[Words, Floats]:
    """Fit the terms of texts, and return them with the outputs of these texts, out of fold.

    `targets` are the targets of the forecast, of shape (n_documents, n_targets), and `folds` the
    fold of each text. Both are None without a forecast.
    """
    from sklearn.feature_extraction.text import TfidfTransformer

    size = len(documents)
    vocabulary, counts = learn_terms(documents, analyzer, max_features)
    if len(vocabulary.terms) < 2:
        empty = Words(
            Vocabulary(analyzer, ()), np.empty(0), np.empty((0, 0)), np.empty(0), n_topics=0
        )
        return empty, np.empty((size, 0))
    transformer = TfidfTransformer(sublinear_tf=True)
    weights = transformer.fit_transform(counts)
    rows = even_rows(size, FITTED_ROWS)
    term_weights = [_fit_topics(weights[rows], components, seed)]
    n_topics = term_weights[0].shape[1]
    intercepts = [np.zeros(n_topics)]
    outputs = [weights @ term_weights[0]]
    if targets is not None and folds is not None:
        slopes, offsets = _fit_forecast(weights[rows], targets[rows])
        term_weights.append(slopes)
        intercepts.append(offsets)
        predicted = np.empty(targets.shape)
        for fold in range(int(folds.max()) + 1):
            train_rows, inside = rows[folds[rows] != fold], folds == fold
            slopes, offsets = _fit_forecast(weights[train_rows], targets[train_rows])
            predicted[inside] = weights[inside] @ slopes + offsets
        outputs.append(predicted)
    words = Words(
        vocabulary,
        transformer.idf_,
        np.ascontiguousarray(np.hstack(term_weights)),
        np.concatenate(intercepts),
        n_topics,
    )
    return words, np.hstack(outputs)


def _fit_topics(weights: csr_array, components: int, seed: int) -> Floats:
    from sklearn.decomposition import TruncatedSVD

    size = min(components, *weights.shape)
    if size == 0:
        return np.empty((weights.shape[1], 0))
    svd = TruncatedSVD(size, n_iter=POWER_ITERATIONS, random_state=seed).fit(weights)
    components_by_term: Floats = svd.components_.T
    return components_by_term


def _fit_forecast(weights: csr_array, targets: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients (n_terms, n_targets) and intercepts (n_targets,) of a ridge fit."""
    from sklearn.linear_model import Ridge

    ridge = Ridge(solver="sparse_cg").fit(weights, targets)
    return ridge.coef_.reshape(targets.shape[1], -1).T, np.atleast_1d(ridge.intercept_)

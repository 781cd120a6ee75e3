"""text: words and pairs of words, weighed by how rare they are, in a few dimensions."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.steps.base import FittedStep, State, params_of
from automl_magic.recipe.table import Table, n_rows
from automl_magic.recipe.values import Array, Floats, as_text, text_of
from automl_magic.records import StepSpec, TaskKind

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

WORDS = re.compile(r"(?u)\b\w\w+\b")  # TfidfVectorizer's own default


@dataclass(frozen=True)
class Topics:
    """The terms of one column in the order of their sorted text, their weights, and their place
    (n_terms, n_components) in the few dimensions.
    """

    terms: tuple[str, ...]
    idf: Floats
    places: Floats

    @cached_property
    def index(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    @cached_property
    def vectorizer(self) -> TfidfVectorizer:
        vectorizer = new_vectorizer(vocabulary=self.index)
        vectorizer.idf_ = self.idf
        return vectorizer


@dataclass(frozen=True)
class TextStep(FittedStep):
    """For each column TF-IDF of words and word pairs, then a truncated SVD.

    Parameters of the spec
    ----------------------
    max_features : int
        The number of terms, the most frequent ones; at least 2.
    components : int
        The number of outputs of a column; fewer where there are fewer terms or rows.
    seed : int
        Seed of the randomised SVD.

    Notes
    -----
    scikit-learn's `TfidfVectorizer` (sublinear term frequency, L2 norm) and `TruncatedSVD`; latent
    semantic analysis, Deerwester et al. (1990). A missing value is the empty text, whose outputs
    are all 0. A column with fewer than two words has no outputs.
    """

    defaults: ClassVar[Mapping[str, Any]] = {"max_features": 5000, "components": 32, "seed": 0}

    columns: tuple[str, ...]
    topics: tuple[Topics, ...]

    @classmethod
    def fit(
        cls, spec: StepSpec, table: Table, target: Array | None, task: TaskKind, n_classes: int = 0
    ) -> Self:
        params = params_of(spec, cls.defaults)
        return cls(
            spec.columns,
            tuple(fit_topics(documents_of(table[name]), **params) for name in spec.columns),
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: topic {number}"
            for name, topics in zip(self.columns, self.topics, strict=True)
            for number in range(topics.places.shape[1])
        )

    def transform(self, table: Table) -> Floats:
        matrix = np.empty((n_rows(table), len(self.names)))
        position = 0
        for name, topics in zip(self.columns, self.topics, strict=True):
            if not topics.terms:
                continue
            width = topics.places.shape[1]
            weights = topics.vectorizer.transform(documents_of(table[name]))
            matrix[:, position : position + width] = weights @ topics.places
            position += width
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs: list[float] = []
        for name, topics in zip(self.columns, self.topics, strict=True):
            outputs += _place(text_of(row.get(name)) or "", topics)
        return outputs

    def to_state(self) -> State:
        arrays: dict[str, Array] = {}
        for number, topics in enumerate(self.topics):
            arrays |= {f"{number}.idf": topics.idf, f"{number}.places": topics.places}
        terms = [list(topics.terms) for topics in self.topics]
        return {"columns": list(self.columns), "terms": terms}, arrays

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        topics = (
            Topics(tuple(terms), arrays[f"{i}.idf"], arrays[f"{i}.places"])
            for i, terms in enumerate(document["terms"])
        )
        return cls(tuple(document["columns"]), tuple(topics))


def fit_topics(documents: list[str], *, max_features: int, components: int, seed: int) -> Topics:
    """Learn the terms of some documents and their places."""
    from sklearn.decomposition import TruncatedSVD

    if len({word for document in documents for word in WORDS.findall(document.lower())}) < 2:
        return Topics((), np.empty(0), np.empty((0, 0)))
    vectorizer = new_vectorizer(max_features=max_features)
    weights = vectorizer.fit_transform(documents)
    size = min(components, *weights.shape)
    svd = TruncatedSVD(size, random_state=seed).fit(weights)
    terms = tuple(vectorizer.get_feature_names_out().tolist())
    return Topics(terms, vectorizer.idf_, np.ascontiguousarray(svd.components_.T))


def new_vectorizer(**options: Any) -> TfidfVectorizer:
    """Return the vectorizer that all text columns use."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64, **options)


def documents_of(values: Array) -> list[str]:
    """Return the texts of a column; a missing one is empty."""
    return [text or "" for text in as_text(values)]


def _place(text: str, topics: Topics) -> list[float]:
    """Do what the vectorizer and the SVD do, for one text: no sparse matrix is made."""
    words = WORDS.findall(text.lower())
    index = topics.index
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    counts = Counter(index[term] for term in (*words, *pairs) if term in index)
    if not counts:
        return [0.0] * topics.places.shape[1]
    positions = list(counts)
    weights = np.array([math.log(count) + 1.0 for count in counts.values()]) * topics.idf[positions]
    placed: list[float] = (
        weights @ topics.places[positions] / math.sqrt(weights @ weights)
    ).tolist()
    return placed

"""text: TF-IDF terms, reduced to a few dimensions, and a linear forecast from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.steps.scaling import check_choice
from automl_magic.recipe.steps.terms import Vocabulary
from automl_magic.recipe.steps.words import Words, fit_words
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import Array, Floats, as_text, category_text
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class TextStep(FittedStep):
    """For each column: TF-IDF of its terms, reduced by truncated SVD, and a linear forecast.

    The SVD gives the topics of a text. The forecast is the target predicted by a ridge regression
    on the terms, one per class for more than two classes. Training rows get out-of-fold forecasts.

    Parameters of the spec
    ----------------------
    analyzer : "word" or "char_wb"
        Terms are words and word pairs, or 3- and 4-character n-grams within words, which are robust
        to misspellings and inflections.
    max_features : int
        The maximum number of terms, the most frequent ones. At least 2.
    components : int
        The number of topics per column, fewer if there are fewer terms or rows.
    forecast : bool
        Whether to add the linear forecast.
    n_folds : int
        The number of folds for the forecast; see `StepTarget.folds`.
    seed : int
        The seed of the folds and the randomized SVD.

    Notes
    -----
    Uses scikit-learn's `TfidfTransformer` (sublinear term frequency, L2 norm), `TruncatedSVD` with
    three power iterations (latent semantic analysis, Deerwester et al. 1990) and `Ridge` with alpha
    1 by conjugate gradients. SVD and ridge are fitted on at most 20,000 evenly spaced rows. Missing
    values are empty texts. A column with fewer than two terms has no outputs.
    """

    defaults: ClassVar[Mapping[str, object]] = {
        "analyzer": "word",
        "max_features": 5000,
        "components": 32,
        "forecast": False,
        "n_folds": 5,
        "seed": 0,
    }
    reads_target: ClassVar[bool] = True

    columns: tuple[str, ...]
    words: tuple[Words, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        return cls.fit_transform(spec, table, step_target)[0]

    @classmethod
    def fit_transform(
        cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget
    ) -> tuple[Self, Floats]:
        params = step_params(spec, cls.defaults)
        check_choice(spec, "analyzer", params["analyzer"], ("char_wb", "word"))
        target_columns = step_target.target_columns(spec) if params.pop("forecast") else []
        targets = np.column_stack(target_columns) if target_columns else None
        n_folds = params.pop("n_folds")
        folds = step_target.assign_folds(spec, n_folds, params["seed"]) if target_columns else None
        words, parts = [], [np.empty((n_rows(table), 0))]
        for name in spec.columns:
            fitted, outputs = fit_words(read_documents(table[name]), targets, folds, **params)
            words.append(fitted)
            parts.append(outputs)
        return cls(spec.columns, tuple(words)), np.hstack(parts)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: {output}"
            for name, words in zip(self.columns, self.words, strict=True)
            for output in _output_names(
                words.n_topics, words.weights_by_term.shape[1] - words.n_topics
            )
        )

    @property
    def sources(self) -> tuple[str, ...] | None:
        return self.columns * len(self.names) if len(self.columns) == 1 else None

    def transform(self, table: ColumnArrays) -> Floats:
        parts = [np.empty((n_rows(table), 0))]
        for name, words in zip(self.columns, self.words, strict=True):
            if words.vocabulary.terms:
                parts.append(words.transform(read_documents(table[name])))
        return np.hstack(parts)

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs: list[float] = []
        for name, words in zip(self.columns, self.words, strict=True):
            outputs += words.transform_text(category_text(row.get(name)) or "")
        return outputs

    def to_state(self) -> State:
        document = {
            "columns": list(self.columns),
            "words": [
                {
                    "analyzer": words.vocabulary.analyzer,
                    "terms": list(words.vocabulary.terms),
                    "n_topics": words.n_topics,
                }
                for words in self.words
            ],
        }
        arrays: dict[str, Array] = {}
        for number, words in enumerate(self.words):
            arrays[f"{number}.idf"] = words.idf
            arrays[f"{number}.places"] = words.weights_by_term
            arrays[f"{number}.starts"] = words.offsets
        return document, arrays

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        words = (
            Words(
                Vocabulary(entry["analyzer"], tuple(entry["terms"])),
                arrays[f"{i}.idf"],
                arrays[f"{i}.places"],
                arrays[f"{i}.starts"],
                entry["n_topics"],
            )
            for i, entry in enumerate(document["words"])
        )
        return cls(tuple(document["columns"]), tuple(words))


def read_documents(values: Array) -> list[str]:
    """Return the texts of a column, "" if missing."""
    return [text or "" for text in as_text(values)]


def _output_names(n_topics: int, n_targets: int) -> list[str]:
    topics = [f"topic {number}" for number in range(n_topics)]
    if n_targets == 1:
        return [*topics, "forecast"]
    return [*topics, *(f"forecast of class {code}" for code in range(n_targets))]

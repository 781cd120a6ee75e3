"""terms: count words and word pairs, or character n-grams within words.

The results are those of scikit-learn's `CountVectorizer` with `ngram_range=(1, 2)`, or with
`analyzer="char_wb", ngram_range=(3, 4)`. Counting with integer codes in NumPy is several times
faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.recipe.values import Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WORDS = re.compile(r"(?u)\b\w\w+\b")  # CountVectorizer's own default
SIZES = {"word": (1, 2), "char_wb": (3, 4)}


@dataclass(frozen=True)
class Vocabulary:
    """The sorted terms to count. A term is an n-gram of words, or of characters in a word."""

    analyzer: str
    terms: tuple[str, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    def counts(self, documents: Sequence[str]) -> csr_array:
        """Return the count of each term, a CSR array of float64 of shape (n_documents, n_terms)."""
        (sorted_keys, columns), index = self._alphabet
        units = _units(documents, self.analyzer)
        unknown = len(index) + 1
        numbers = {symbol: index.get(symbol, unknown) for symbol in dict.fromkeys(units.symbols)}
        keys, rows = _ngrams(units, numbers, self.analyzer, base=len(index) + 2)
        if len(sorted_keys) == 0:
            return _count_matrix(keys[:0], keys[:0], (len(documents), 0))
        positions = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
        is_term = sorted_keys[positions] == keys
        return units.count_matrix(rows[is_term], columns[positions[is_term]], len(self.terms))

    def terms_of_text(self, text: str) -> Iterator[str]:
        """Yield the terms of one text, with repetitions."""
        text = text.lower()
        if self.analyzer == "word":
            words = WORDS.findall(text)
            yield from words
            for i in range(len(words) - 1):
                yield f"{words[i]} {words[i + 1]}"
            return
        for word in text.split():
            padded = f" {word} "
            for size in SIZES["char_wb"]:
                for start in range(len(padded) - size + 1):
                    yield padded[start : start + size]

    @cached_property
    def _alphabet(self) -> tuple[tuple[Array, Array], dict[str, int]]:
        """Return the sorted keys of the terms, the column of each, and the code of each symbol."""
        parts = [term.split(" ") if self.analyzer == "word" else term for term in self.terms]
        index: dict[str, int] = {}
        for part in parts:
            for symbol in part:
                index.setdefault(symbol, len(index) + 1)
        base = len(index) + 2
        longest = SIZES[self.analyzer][-1]
        keys = np.empty(len(parts), dtype=np.int64)
        for i, part in enumerate(parts):
            key = 0
            for symbol in part:
                key = key * base + index[symbol]
            keys[i] = key * base ** (longest - len(part))
        order = np.argsort(keys)
        return (keys[order], order), index


def learn_terms(
    documents: Sequence[str], analyzer: str, limit: int
) -> tuple[Vocabulary, csr_array]:
    """Return the `limit` most frequent terms of the texts, and the counts of each in each text.

    Ties are broken by the alphabetical order of the terms.
    """
    units = _units(documents, analyzer)
    index = {symbol: i for i, symbol in enumerate(dict.fromkeys(units.symbols), start=1)}
    base = len(index) + 2
    keys, rows = _ngrams(units, index, analyzer, base)
    distinct, codes = np.unique(keys, return_inverse=True)
    counts = np.bincount(codes, weights=units.occurrences[rows], minlength=len(distinct))
    symbols = ["", *index]
    separator = " " if analyzer == "word" else ""

    def text_of(key: int) -> str:
        parts = []
        while key:
            key, part = divmod(key, base)
            if part:
                parts.append(symbols[part])
        return separator.join(reversed(parts))

    frequent = _most_frequent(distinct, counts, limit, text_of)
    terms = sorted((text_of(int(distinct[i])), int(i)) for i in frequent)
    columns = np.full(len(distinct), -1)
    columns[[i for _, i in terms]] = np.arange(len(terms))
    term_columns = columns[codes]
    is_term = term_columns >= 0
    counts_matrix = units.count_matrix(rows[is_term], term_columns[is_term], len(terms))
    return Vocabulary(analyzer, tuple(term for term, _ in terms)), counts_matrix


def _most_frequent(
    distinct: Array, counts: Array, limit: int, text_of: Callable[[int], str]
) -> list[int]:
    if len(distinct) <= limit:
        return list(range(len(distinct)))
    min_count = np.sort(counts)[-limit]
    frequent = np.flatnonzero(counts > min_count).tolist()
    tied = sorted(
        np.flatnonzero(counts == min_count).tolist(), key=lambda i: text_of(int(distinct[i]))
    )
    return [*frequent, *tied[: limit - len(frequent)]]


@dataclass(frozen=True)
class _Units:
    """Texts split into units that no term crosses: whole texts for words, words for characters.

    `symbols` are the words or characters of all units in sequence, `lengths` the number of symbols
    of each unit, and `occurrences` its number of occurrences. `unit_counts` (n_documents, n_units)
    counts the units of each text, or is None if the units are the texts.
    """

    symbols: Sequence[str]
    lengths: Array
    occurrences: Array
    unit_counts: csr_array | None = None

    def count_matrix(self, rows: Array, columns: Array, n_terms: int) -> csr_array:
        counted = _count_matrix(rows, columns, (len(self.lengths), n_terms))
        if self.unit_counts is not None:
            counted = self.unit_counts @ counted
            counted.sort_indices()
        return counted


def _units(documents: Sequence[str], analyzer: str) -> _Units:
    words: list[str] = []
    lengths = np.empty(len(documents), dtype=np.int64)
    for row, document in enumerate(documents):
        tokens = WORDS.findall(document.lower()) if analyzer == "word" else document.lower().split()
        words += tokens
        lengths[row] = len(tokens)
    if analyzer == "word":
        return _Units(words, lengths, np.ones(len(documents)))
    # A word's n-grams are the same in all texts, so they are found only once.
    distinct = dict.fromkeys(words)
    number = {word: i for i, word in enumerate(distinct)}
    rows = np.repeat(np.arange(len(documents)), lengths)
    unit_counts = _count_matrix(rows, _ids(words, number), (len(documents), len(distinct)))
    sizes = np.array([len(word) + 2 for word in distinct], dtype=np.int64)
    padded = f" {'  '.join(distinct)} " if distinct else ""
    return _Units(padded, sizes, np.asarray(unit_counts.sum(axis=0)).ravel(), unit_counts)


def _ids(symbols: Sequence[str], numbers: Mapping[str, int]) -> Array:
    return np.fromiter(map(numbers.__getitem__, symbols), dtype=np.int64, count=len(symbols))


def _ngrams(
    units: _Units, numbers: Mapping[str, int], analyzer: str, base: int
) -> tuple[Array, Array]:
    """Return an integer key for each term occurrence, and the unit it occurs in.

    The keys of shorter terms are padded with zeros at the end.
    """
    ids, sizes = _ids(units.symbols, numbers), SIZES[analyzer]
    unit = np.repeat(np.arange(len(units.lengths)), units.lengths)
    keys, rows = [], []
    for size in sizes:
        end = max(len(ids) - size + 1, 0)
        key = np.zeros(end, dtype=np.int64)
        for shift in range(size):
            key = key * base + ids[shift : shift + end]
        inside = unit[:end] == unit[size - 1 : size - 1 + end]
        keys.append(key[inside] * base ** (sizes[-1] - size))
        rows.append(unit[:end][inside])
    return np.concatenate(keys), np.concatenate(rows)


def _count_matrix(rows: Array, columns: Array, shape: tuple[int, int]) -> csr_array:
    from scipy.sparse import coo_array

    counted = coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
    counted.sum_duplicates()  # sorts the columns of each row too
    return counted

"""Which rows are kept: no more than may be, each with the same chance, and it is known."""

import pytest

from automl_magic_serving.endpoint.ids import new_ids
from automl_magic_serving.telemetry.sampling import Sample


def test_all_rows_are_kept_where_they_fit():
    sample = Sample(1.0, 10)
    ids = new_ids(7)
    sample.offer(ids[:3], "a")
    sample.offer(ids[3:], "b")

    assert sorted(sample.take()) == [
        *[("a", index, 1.0) for index in range(3)],
        *[("b", index, 1.0) for index in range(4)],
    ]
    assert list(sample.take()) == []


def test_no_more_rows_are_kept_than_fit_and_their_rate_says_what_each_stands_for():
    sample = Sample(1.0, 25)
    for _ in range(100):
        sample.offer(new_ids(10), "a")

    rows = list(sample.take())

    assert len(rows) == 25
    assert {rate for _, _, rate in rows} == {0.025}


def test_every_row_of_an_interval_has_the_same_chance():
    counts = [0] * 20
    for _ in range(2_000):
        sample = Sample(1.0, 5)
        for one in range(20):
            sample.offer(new_ids(1), one)
        for one, _, _ in sample.take():
            counts[one] += 1

    # 500 expected; five standard deviations of a binomial.
    assert all(abs(count - 500) < 5 * (2_000 * 0.25 * 0.75) ** 0.5 for count in counts)


def test_a_share_is_looked_at_and_the_rate_says_so():
    sample = Sample(0.1, 10_000)
    for _ in range(100):
        sample.offer(new_ids(100), "a")

    rows = list(sample.take())

    assert 850 < len(rows) < 1_150
    assert {rate for _, _, rate in rows} == {0.1}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_and_all(share):
    sample = Sample(share, 1_000)
    sample.offer(new_ids(500), "a")

    assert len(list(sample.take())) == 500 * share


def test_a_shadows_row_is_kept_where_the_row_that_it_shadows_is():
    live, shadow = Sample(1.0, 10), Sample(1.0, 10)
    ids = new_ids(500)
    live.offer(ids, "live")
    shadow.offer([one + "s" for one in ids], "shadow")

    assert {index for _, index, _ in live.take()} == {index for _, index, _ in shadow.take()}

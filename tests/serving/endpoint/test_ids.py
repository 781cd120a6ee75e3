"""Ids sort by time, say nothing else, and are never the same twice."""

import time
import uuid

from automl_magic_serving.endpoint.ids import is_id, new_ids


def test_an_id_is_a_uuid_of_version_7():
    before = time.time() - 0.001  # an id knows milliseconds
    ids = new_ids(50)
    after = time.time()
    for one in ids:
        parsed = uuid.UUID(one)
        assert (parsed.version, parsed.variant, len(one)) == (7, uuid.RFC_4122, 32)
        built = (parsed.int >> 80) / 1000
        assert before <= built <= after
        assert is_id(one)


def test_later_ids_sort_after_earlier_ones():
    earlier = new_ids(10)
    time.sleep(0.002)

    assert max(earlier) < min(new_ids(10))


def test_no_two_ids_are_the_same():
    ids = new_ids(100_000)

    assert len(set(ids)) == len(ids)
    # The tail alone, which is what somebody would have to guess.
    assert len({one[17:] for one in ids}) == len(ids)


def test_what_is_no_id_is_told():
    [one] = new_ids(1)
    wrong = ["", "x", one[:-1], one + "0", one.upper(), one[:12] + "4" + one[13:], one + "\n"]

    assert not any(is_id(text) for text in wrong if text != one)

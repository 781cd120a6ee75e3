"""JSON that two readers might read differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.http.strict_json import loads

KEYS = st.text(max_size=5)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(DOCUMENTS, st.booleans())
def test_what_json_says_is_what_is_read(document, escaped):
    body = json.dumps(document, ensure_ascii=escaped).encode("utf-8", "surrogatepass")

    assert loads(body, depth=50) == document


@given(st.dictionaries(KEYS, DOCUMENTS, min_size=1, max_size=4), st.data(), st.booleans())
def test_a_key_that_comes_twice_is_always_found(members, data, escaped):
    twice = data.draw(st.sampled_from(sorted(members)))
    pairs = [*members.items(), (twice, data.draw(DOCUMENTS))]
    pairs = data.draw(st.permutations(pairs))
    written = [f"{json.dumps(k, ensure_ascii=escaped)}:{json.dumps(v)}" for k, v in pairs]
    body = f'[{{"around": {{{",".join(written)}}}}}]'.encode("utf-8", "surrogatepass")

    with pytest.raises(HttpProblem) as problem:
        loads(body, depth=50)

    assert problem.value.code == "duplicate_key"


def test_an_escaped_colon_does_not_hide_a_second_key():
    # The document written again has as many colons as the one that came.
    with pytest.raises(HttpProblem, match="repeated"):
        loads(rb'{"a": 1, "a": 2, "b": "\u003a"}', depth=20)


@given(st.integers(1, 400), st.sampled_from(["[]", '{"a":}']), st.integers(1, 60))
def test_depth_is_counted_exactly(deep, brackets, most):
    half = len(brackets) - 1
    body = (brackets[:half] * deep + "1" + brackets[half:] * deep).encode()

    if deep <= most:
        assert loads(body, depth=most) is not None
    else:
        with pytest.raises(HttpProblem, match="deeper"):
            loads(body, depth=most)


def test_brackets_in_texts_have_no_depth():
    text = "[" * 100 + '\\"{' * 100

    assert loads(f'{{"a": "{text}"}}'.encode(), depth=2)["a"].startswith("[[")


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"[Infinity]",
        b"1e400",
        b"-1e400",
        b"[1,]",
        b"{'a': 1}",
        b'"\\ud800"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b"",
        b"1 2",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(HttpProblem) as problem:
        loads(body, depth=20)

    assert problem.value.status == 400

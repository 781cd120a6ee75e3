"""Forms are read as they were written, wherever the network cuts them."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.http.batch.multipart import boundary_of, read_parts

CONTENT = st.binary(max_size=60) | st.just(b"\r\n--b") | st.just(b"\r\n--bound\r\n--")


def read(body, kind, sizes=(1 << 16,), most=10):
    async def chunks():
        at = number = 0
        while at < len(body):
            size = sizes[number % len(sizes)]
            yield body[at : at + size]
            at, number = at + size, number + 1

    async def every():
        result = {}
        async for part, piece in read_parts(chunks(), boundary_of(kind), most):
            result.setdefault(part, bytearray()).extend(piece)
        return [(part.name, part.filename, bytes(content)) for part, content in result.items()]

    return asyncio.run(every())


@given(
    st.dictionaries(st.sampled_from(["deployment", "format"]), st.text(max_size=20), max_size=2),
    st.sampled_from(["x.csv", "a b.parquet", "Ünïcode.jsonl"]),
    CONTENT,
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
)
def test_what_another_library_writes_is_read_back(fields, filename, content, sizes):
    request = httpx.Request(
        "POST", "http://x", data=fields, files={"file": (filename, content, "text/csv")}
    )
    result = read(request.read(), request.headers["content-type"], sizes)

    expected = [(name, None, value.encode()) for name, value in fields.items()]
    assert result == [*expected, ("file", filename, content)]


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_any_bytes_are_a_form_or_a_problem(body, sizes):
    try:
        read(b"--b\r\n" + body, "multipart/form-data; boundary=b", sizes)
    except HttpProblem as problem:
        assert problem.code == "malformed"  # noqa: PT017 - or it is a form after all


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        b"--b\r\n\r\n\r\n--b--",
        b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1",
        b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b",
        b"--b" + b" " * 1_000 + b"\r\n",
        b"--b\r\nx: " + b"y" * 10_000,
        b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n" * 20 + b"--b--",
    ],
)
def test_a_form_that_is_not_whole_is_refused(body):
    with pytest.raises(HttpProblem):
        read(body, "multipart/form-data; boundary=b")


@pytest.mark.parametrize("parameters", ["", "; boundary=", "; boundary=" + "b" * 99])
def test_a_form_without_a_boundary_is_refused(parameters):
    with pytest.raises(HttpProblem):
        boundary_of("multipart/form-data" + parameters)

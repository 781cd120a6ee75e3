"""A ceiling for what cells print."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from automl_magic.execute import RunLimits
from automl_magic.execute.outputs import OutputLimiter, merge_outputs

LIMITS = RunLimits(cell_output_bytes=10, notebook_output_bytes=25, log_bytes=70)
NOTE = {"name": "stderr", "text": "[The rest of the output is in log.txt of this run.]\n"}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "log.txt", os.O_CREAT | os.O_RDWR | os.O_APPEND)
    yield descriptor
    os.close(descriptor)


def text(letters: str) -> dict[str, str]:
    return {"name": "stdout", "text": letters}


def test_what_is_too_much_for_a_cell_goes_to_the_log_with_one_note(
    log: int, tmp_path: Path
) -> None:
    cap = OutputLimiter(LIMITS, log)

    admitted = [cap.admit("stream", text(letters)) for letters in ("12345678", "abc", "def", "9")]

    assert admitted == [text("12345678"), text("ab\n" + NOTE["text"]), None, None]
    assert (tmp_path / "log.txt").read_text() == "cdef9"


def test_a_notebook_has_a_ceiling_of_its_own(log: int) -> None:
    cap = OutputLimiter(LIMITS, log)
    admitted = []
    for _ in range(3):
        cap.next_cell()
        admitted.append(cap.admit("stream", text("1234567890")))

    assert admitted == [text("1234567890"), text("1234567890"), text("12345\n" + NOTE["text"])]


def test_what_a_cell_has_cleared_does_not_count(log: int) -> None:
    cap = OutputLimiter(LIMITS, log)
    for _ in range(5):
        assert cap.admit("stream", text("1234567890")) == text("1234567890")
        cap.reset_cell()


def test_a_picture_that_is_too_large_is_named_in_the_log(log: int, tmp_path: Path) -> None:
    cap = OutputLimiter(LIMITS, log)
    picture = {"data": {"text/plain": "<Figure>", "image/png": "A" * 100}, "metadata": {}}

    assert cap.admit("display_data", picture) == NOTE
    assert cap.admit("update_display_data", picture) is None
    assert (tmp_path / "log.txt").read_text() == "<Figure>\n[omitted: image/png]\n" * 2


def test_neighbouring_texts_of_a_stream_become_one() -> None:
    def stream(name: str, letters: str) -> dict[str, str]:
        return {"output_type": "stream", "name": name, "text": letters}

    picture = {"output_type": "display_data", "data": {}}
    outputs = [
        stream("stdout", "10%\r"),
        stream("stdout", "20%\r\nnext"),
        stream("stderr", "oh"),
        picture,
        stream("stdout", "a"),
        stream("stdout", "b\r"),
    ]

    assert merge_outputs(outputs) == (
        [stream("stdout", "20%\nnext"), stream("stderr", "oh"), picture, stream("stdout", "ab")],
        {0: 0, 1: 0, 2: 1, 3: 2, 4: 3, 5: 3},
    )


def test_an_error_is_always_kept_but_cut(log: int) -> None:
    cap = OutputLimiter(LIMITS, log)
    error = {"ename": "E", "evalue": "v" * 30_000, "traceback": ["a" * 30_000, "b" * 30]}

    assert cap.admit("error", error) == {
        "ename": "E",
        "evalue": "v" * 20_000,
        "traceback": ["[Truncated. The full traceback is in log.txt of this run.]", "b" * 30],
    }


def test_the_log_has_a_ceiling_too(log: int, tmp_path: Path) -> None:
    cap = OutputLimiter(LIMITS, log)
    for _ in range(20):
        cap.log("1234567890")

    assert (tmp_path / "log.txt").read_text() == (
        "1234567890" * 7 + "\n[The log is full. Later output is discarded.]\n"
    )

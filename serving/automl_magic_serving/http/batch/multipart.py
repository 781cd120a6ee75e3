"""Parse multipart forms as a stream: only the newest piece is held in memory.

Source: RFC 7578 (multipart/form-data) and RFC 2046, section 5.1.1, whose grammar this reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import Message

from automl_magic_serving.auth.problem import HttpProblem, malformed_error

_MAX_HEAD_BYTES = 8_192
_MAX_PADDING_BYTES = 256
_MAX_BOUNDARY_LENGTH = 70


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The headers of a part: its field name, file name if any, and content type."""

    name: str
    filename: str | None
    kind: str


def boundary_of(content_type: str) -> bytes:
    """Return the boundary between the parts. Raises 400 if the header has none."""
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_boundary("")
    if not boundary or len(boundary) > _MAX_BOUNDARY_LENGTH or not boundary.isascii():
        raise malformed_error(
            "The form's content type has no valid boundary.", field="Content-Type"
        )
    return boundary.encode()


async def read_parts(
    chunks: AsyncIterator[bytes], boundary: bytes, max_parts: int
) -> AsyncIterator[tuple[Part, bytes]]:
    """Yield the content of each part in pieces: at least one, which may be empty.

    Raises
    ------
    Problem
        400 if the form is incomplete or has more than `max_parts` parts.
    """
    line = b"\r\n--" + boundary
    feed = _Feed(chunks)
    await feed.more()
    async for _ in feed.until(line):  # ignore anything before the first boundary
        pass
    n_parts = 0
    while not await feed.ends_here():
        n_parts += 1
        if n_parts > max_parts:
            raise HttpProblem(400, "malformed", f"The form has more than {max_parts} parts.")
        part = _parse_part(await feed.head())
        yield part, b""
        async for piece in feed.until(line):
            yield part, piece


class _Feed:
    """The received bytes that aren't parsed yet."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = bytearray(b"\r\n")  # the first boundary then looks like the others

    async def more(self) -> None:
        try:
            self._buffer += await anext(self._chunks)
        except StopAsyncIteration:
            raise malformed_error("The form ends before its last boundary.") from None

    async def until(self, line: bytes) -> AsyncIterator[bytes]:
        """Yield the content before a line, and skip the line."""
        while (position := self._buffer.find(line)) < 0:
            # The line may have arrived only in part.
            n_complete = max(0, len(self._buffer) - len(line) + 1)
            if n_complete:
                yield bytes(self._buffer[:n_complete])
                del self._buffer[:n_complete]
            await self.more()
        if position:
            yield bytes(self._buffer[:position])
        del self._buffer[: position + len(line)]

    async def ends_here(self) -> bool:
        """Return whether the skipped boundary was the last one; if not, skip its padding."""
        while len(self._buffer) < 2:
            await self.more()
        if self._buffer.startswith(b"--"):
            return True
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _MAX_PADDING_BYTES:
                raise malformed_error("A form boundary is followed by other content.")
            await self.more()
        if self._buffer[:end].strip(b" \t"):
            raise malformed_error("A form boundary is followed by other content.")
        del self._buffer[:end]  # the line break belongs to the next headers
        return False

    async def head(self) -> bytes:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAX_HEAD_BYTES:
                raise malformed_error("The headers of a form part are too long.")
            await self.more()
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head


def _parse_part(head: bytes) -> Part:
    message = Message()
    for line in head.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() in {"content-disposition", "content-type"}:
            message[key.strip()] = value.strip()
    name = message.get_param("name", header="content-disposition")
    if message.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise malformed_error("A form part has no name.")
    return Part(name[:200], message.get_filename(), message.get_content_type())

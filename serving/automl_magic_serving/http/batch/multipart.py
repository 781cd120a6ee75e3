"""Parse multipart forms as a stream: only the newest piece is held in memory.

Source: RFC 7578 (multipart/form-data) and RFC 2046, section 5.1.1, whose grammar this reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import Message

from automl_magic_serving.gate.problem import Problem, malformed

_MOST_HEAD = 8_192
_MOST_PADDING = 256
_LONGEST_BOUNDARY = 70


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The headers of a part: its field name, file name if any, and content type."""

    name: str
    filename: str | None
    kind: str


def boundary_of(content_type: str) -> bytes:
    """Return the boundary between the parts. Raises 400 if the header has none."""
    said = Message()
    said["content-type"] = content_type
    boundary = said.get_boundary("")
    if not boundary or len(boundary) > _LONGEST_BOUNDARY or not boundary.isascii():
        raise malformed("The form's content type has no valid boundary.", field="Content-Type")
    return boundary.encode()


async def read_parts(
    chunks: AsyncIterator[bytes], boundary: bytes, most_parts: int
) -> AsyncIterator[tuple[Part, bytes]]:
    """Yield the content of each part in pieces: at least one, which may be empty.

    Raises
    ------
    Problem
        400 if the form is incomplete or has more than `most_parts` parts.
    """
    line = b"\r\n--" + boundary
    feed = _Feed(chunks)
    await feed.more()
    async for _ in feed.until(line):  # ignore anything before the first boundary
        pass
    parts = 0
    while not await feed.ends_here():
        parts += 1
        if parts > most_parts:
            raise Problem(400, "malformed", f"The form has more than {most_parts} parts.")
        part = _part(await feed.head())
        yield part, b""
        async for piece in feed.until(line):
            yield part, piece


class _Feed:
    """The received bytes that aren't parsed yet."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray(b"\r\n")  # the first boundary then looks like the others

    async def more(self) -> None:
        try:
            self._held += await anext(self._chunks)
        except StopAsyncIteration:
            raise malformed("The form ends before its last boundary.") from None

    async def until(self, line: bytes) -> AsyncIterator[bytes]:
        """Yield the content before a line, and skip the line."""
        while (found := self._held.find(line)) < 0:
            # The line may have arrived only in part.
            whole = max(0, len(self._held) - len(line) + 1)
            if whole:
                yield bytes(self._held[:whole])
                del self._held[:whole]
            await self.more()
        if found:
            yield bytes(self._held[:found])
        del self._held[: found + len(line)]

    async def ends_here(self) -> bool:
        """Return whether the skipped boundary was the last one; if not, skip its padding."""
        while len(self._held) < 2:
            await self.more()
        if self._held.startswith(b"--"):
            return True
        while (end := self._held.find(b"\r\n")) < 0:
            if len(self._held) > _MOST_PADDING:
                raise malformed("A form boundary is followed by other content.")
            await self.more()
        if self._held[:end].strip(b" \t"):
            raise malformed("A form boundary is followed by other content.")
        del self._held[:end]  # the line break belongs to the next headers
        return False

    async def head(self) -> bytes:
        while (end := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > _MOST_HEAD:
                raise malformed("The headers of a form part are too long.")
            await self.more()
        head = bytes(self._held[:end])
        del self._held[: end + 4]
        return head


def _part(head: bytes) -> Part:
    said = Message()
    for line in head.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() in {"content-disposition", "content-type"}:
            said[key.strip()] = value.strip()
    named = said.get_param("name", header="content-disposition")
    if said.get_content_disposition() != "form-data" or not isinstance(named, str):
        raise malformed("A form part has no name.")
    return Part(named[:200], said.get_filename(), said.get_content_type())

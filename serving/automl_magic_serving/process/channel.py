"""Messages between parent and workers: one JSON document per line, over a socket pair."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from automl_magic.records.codec import json_text
from automl_magic.records.models.deployment import Deployment, Route

# A route with its deployment has a few kB; a thousand keys have a few hundred kB.
_MAX_LINE_BYTES = 1 << 26


@dataclass(frozen=True)
class WorkerAssignment:
    """What a worker must serve: a deployment, its route, and its versions' folders.

    `folders` has the folder of each version in the route, including the previous one;
    `digests` has the digest of each approved manifest.
    """

    deployment: Deployment
    route: Route
    folders: dict[int, Path]
    digests: dict[int, str]

    def to_json(self) -> dict[str, object]:
        """Return the target as JSON-compatible types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "folders": {str(version): str(folder) for version, folder in self.folders.items()},
            "digests": {str(version): digest for version, digest in self.digests.items()},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Create a target from the output of `to_json`."""
        return cls(
            Deployment.from_json(document["deployment"]),
            Route.from_json(document["route"]),
            {int(version): Path(folder) for version, folder in document["folders"].items()},
            {int(version): digest for version, digest in document["digests"].items()},
        )


class ProcessChannel:
    """One end of a socket pair. It ends when the other end dies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, end: socket.socket) -> Self:
        """Open a channel over one end of a socket pair."""
        end.setblocking(False)
        return cls(*await asyncio.open_connection(sock=end, limit=_MAX_LINE_BYTES))

    def send(self, kind: str, **fields: object) -> None:
        """Send a message. Does nothing if the other end is gone."""
        if not self._writer.is_closing():
            line = json_text({"kind": kind, **fields}, separators=(",", ":"))
            self._writer.write(line.encode() + b"\n")

    async def receive(self) -> AsyncIterator[dict[str, Any]]:
        """Yield received messages until the other end is gone."""
        while True:
            try:
                line = await self._reader.readline()
            except (ConnectionError, ValueError):
                return
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)

    def close(self) -> None:
        """Close the channel."""
        self._writer.close()

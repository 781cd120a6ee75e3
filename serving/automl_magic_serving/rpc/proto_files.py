"""Compile the .proto files at startup, so that no generated file can be outdated.

The descriptors go into their own pool. In the default pool, a client library's copy of the same
protocol would be a second registration, which protobuf rejects.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message


@dataclass(frozen=True)
class ProtoFile:
    """One .proto file: its message classes by name, and the full name of its service."""

    service: str
    messages: Mapping[str, type[Message]]

    def __getattr__(self, name: str) -> type[Message]:
        try:
            return self.messages[name]
        except KeyError:
            raise AttributeError(name) from None


@functools.cache
def load_proto(name: str) -> ProtoFile:
    """Compile `NAME.proto` of this package."""
    from grpc_tools import protoc

    with (
        resources.as_file(resources.files(__package__)) as folder,
        tempfile.TemporaryDirectory(prefix="automl-proto-") as scratch,
    ):
        out = Path(scratch, "descriptors")
        command = ["protoc", f"-I{folder}", f"--descriptor_set_out={out}", f"{name}.proto"]
        if protoc.main(command) != 0:
            raise RuntimeError(f"Can't compile {name}.proto. See the output of protoc.")
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    file_descriptor = pool.FindFileByName(f"{name}.proto")
    (service,) = file_descriptor.services_by_name.values()
    return ProtoFile(
        service.full_name,
        {
            name: message_factory.GetMessageClass(descriptor)
            for name, descriptor in file_descriptor.message_types_by_name.items()
        },
    )


def read_or_none(parse: Callable[[bytes], Message]) -> Callable[[bytes], Message | None]:
    """Return a deserializer that returns None for bytes that can't be parsed.

    If a deserializer raises, gRPC reports UNKNOWN, as if the server had failed.
    """

    def read_message(content: bytes) -> Message | None:
        try:
            return parse(content)
        except DecodeError:
            return None

    return read_message

"""Named tensors and the data types of the protocol.

Source: Open Inference Protocol v2, https://github.com/kserve/open-inference-protocol, and the
binary tensor data extension of Triton's HTTP protocol.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic_serving.auth.problem import HttpProblem, malformed_error

# The layout of one element in a binary tensor. BYTES elements have a length prefix instead.
LAYOUTS = {
    "BOOL": "|u1",
    "UINT8": "|u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "|i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
DATATYPES = frozenset({*LAYOUTS, "BYTES"})
INTEGER_RANGES = {
    name: (int(np.iinfo(layout).min), int(np.iinfo(layout).max))
    for name, layout in LAYOUTS.items()
    if "INT" in name
}
FLOATS = frozenset({"FP16", "FP32", "FP64"})
MAX_TENSORS, MAX_ELEMENTS = 10_000, 2**40
_LENGTH = struct.Struct("<I")


@dataclass(slots=True)
class Tensor:
    """One tensor. `values` are its elements in row-major order, as Python types.

    None is a missing value. Binary float tensors use NaN for it.
    """

    name: str
    datatype: str
    shape: Sequence[int]
    values: list[Any]


def tensor_error(name: object, problem: str, **more: object) -> HttpProblem:
    """Return the error for an invalid tensor."""
    shown_name = str(name)[:200]
    return malformed_error(
        f"The tensor {shown_name!r} {problem}.", field=shown_name, problem=problem, **more
    )


def count_elements(name: str, shape: Sequence[int]) -> int:
    """Return the number of elements of a shape; raise if the shape is invalid."""
    for length in shape:
        if type(length) is not int or length < 0:
            raise tensor_error(name, "has a shape that isn't a list of non-negative integers")
    size = math.prod(shape)
    if size > MAX_ELEMENTS:
        raise tensor_error(name, "has a shape that is too large")
    return size


def from_binary(name: str, datatype: str, shape: Sequence[int], data: memoryview) -> Tensor:
    """Parse a binary tensor.

    Raises
    ------
    Problem
        400 if the number of bytes doesn't match the shape, a string isn't UTF-8, or a number is
        infinite.
    """
    size = count_elements(name, shape)
    if datatype == "BYTES":
        return Tensor(name, datatype, shape, _texts(name, size, data))
    layout = LAYOUTS.get(datatype)
    if layout is None:
        raise unknown_datatype_error(name, datatype)
    array = np.dtype(layout)
    if len(data) != size * array.itemsize:
        raise tensor_error(
            name,
            "has a different number of bytes than its shape requires",
            expected=size * array.itemsize,
            found=len(data),
        )
    elements = np.frombuffer(data, array)
    if datatype in FLOATS:
        if np.isinf(elements).any():
            raise tensor_error(name, "contains an infinite number")
        missing = np.isnan(elements)
        values = elements.tolist()
        for position in np.flatnonzero(missing).tolist():
            values[position] = None
        return Tensor(name, datatype, shape, values)
    if datatype == "BOOL":
        if (elements > 1).any():
            raise tensor_error(name, "contains a byte other than 0 and 1")
        return Tensor(name, datatype, shape, elements.astype(bool).tolist())
    return Tensor(name, datatype, shape, elements.tolist())


def to_binary(datatype: str, values: Sequence[Any]) -> bytes:
    """Return a tensor's elements as bytes."""
    if datatype == "BYTES":
        parts: list[bytes] = []
        for value in values:
            text = value.encode()
            parts += (_LENGTH.pack(len(text)), text)
        return b"".join(parts)
    return np.asarray(values, dtype=LAYOUTS[datatype]).tobytes()


def unknown_datatype_error(name: str, datatype: object) -> HttpProblem:
    """Return the error for a data type that is unknown or isn't accepted."""
    datatypes = ", ".join(sorted(DATATYPES))
    return tensor_error(
        name, f"has data type {str(datatype)[:40]!r}", expected=f"one of {datatypes}"
    )


def _texts(name: str, size: int, data: memoryview) -> list[str]:
    texts = []
    offset = 0
    for _ in range(size):
        if offset + 4 > len(data):
            raise tensor_error(name, "has fewer elements than its shape requires")
        (length,) = _LENGTH.unpack_from(data, offset)
        offset += 4
        if offset + length > len(data):
            raise tensor_error(name, "ends within an element")
        texts.append(decode_text(name, bytes(data[offset : offset + length])))
        offset += length
    if offset != len(data):
        raise tensor_error(name, "has more bytes than its shape requires")
    return texts


def decode_text(name: str, element: bytes) -> str:
    """Decode a BYTES element as UTF-8."""
    try:
        return element.decode()
    except UnicodeDecodeError as error:
        raise tensor_error(name, "contains a string that isn't UTF-8") from error

"""Messages become tensors, and tensors messages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from automl_magic_serving.gate.problem import Problem, malformed
from automl_magic_serving.oip.tensor import (
    FLOATS,
    LAYOUTS,
    MOST_TENSORS,
    Tensor,
    from_binary,
    size_of,
    text_of,
    to_binary,
    unknown_datatype,
    wrong,
)

# Where a message holds the elements of a type that is not raw.
_FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
_NOT_HERE = "shared_memory_region"


def read_tensors(request: Any) -> list[Tensor]:
    """Return the inputs of a ModelInferRequest.

    Raises
    ------
    Problem
        400 if an input contradicts itself.
    """
    inputs, raw = request.inputs, request.raw_input_contents
    if len(inputs) > MOST_TENSORS:
        raise malformed("There are too many input tensors.")
    if raw and len(raw) != len(inputs):
        raise malformed("raw_input_contents has another length than inputs.")
    return [_tensor(one, raw[place] if raw else None) for place, one in enumerate(inputs)]


def write_tensors(response: Any, tensors: Sequence[Tensor], *, raw: bool) -> None:
    """Put the outputs into a ModelInferResponse; raw where the inputs were."""
    for tensor in tensors:
        one = response.outputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        if raw:
            response.raw_output_contents.append(to_binary(tensor.datatype, tensor.values))
        elif tensor.datatype == "BYTES":
            one.contents.bytes_contents.extend(value.encode() for value in tensor.values)
        else:
            getattr(one.contents, _FIELDS[tensor.datatype]).extend(tensor.values)


def _tensor(one: Any, raw: bytes | None) -> Tensor:
    name, datatype, shape = one.name, one.datatype, list(one.shape)
    if not 1 <= len(shape) <= 8:
        raise wrong(name, "has no shape", expected="1 to 8 lengths")
    if _NOT_HERE in one.parameters:
        raise Problem(400, "unsupported", f"The extension {_NOT_HERE!r} is not served here.")
    if raw is not None:
        if one.HasField("contents"):
            raise wrong(name, "has contents beside raw_input_contents")
        return from_binary(name, datatype, shape, memoryview(raw))
    field = _FIELDS.get(datatype)
    if field is None:
        if datatype in LAYOUTS:
            raise wrong(name, f"is {datatype}, which comes in raw_input_contents alone")
        raise unknown_datatype(name, datatype)
    size = size_of(name, shape)
    values = list(getattr(one.contents, field))
    if len(values) != size:
        raise wrong(
            name,
            f"has another length in {field} than its shape says",
            expected=size,
            found=len(values),
        )
    if datatype == "BYTES":
        values = [text_of(name, value) for value in values]
    elif datatype in FLOATS:
        values = [_finite(name, value) for value in values]
    return Tensor(name, datatype, shape, values)


def _finite(name: str, value: float) -> float | None:
    """Return a number, or None for NaN: nothing else can say that it is missing."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    raise wrong(name, "holds an infinite number")

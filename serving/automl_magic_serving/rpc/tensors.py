"""Convert gRPC messages to tensors and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from google.protobuf.message import Message

from automl_magic_serving.auth.problem import HttpProblem, malformed_error
from automl_magic_serving.oip.tensor import (
    FLOATS,
    LAYOUTS,
    MAX_TENSORS,
    Tensor,
    count_elements,
    decode_text,
    from_binary,
    tensor_error,
    to_binary,
    unknown_datatype_error,
)

# Message field for the elements of each data type, if they aren't raw.
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
_UNSUPPORTED = "shared_memory_region"


def read_tensors(request: Message) -> list[Tensor]:
    """Return the inputs of a ModelInferRequest.

    Raises
    ------
    Problem
        400 if an input is inconsistent.
    """
    inputs, raw = request.inputs, request.raw_input_contents
    if len(inputs) > MAX_TENSORS:
        raise malformed_error(f"The request has more than {MAX_TENSORS:,} input tensors.")
    if raw and len(raw) != len(inputs):
        raise malformed_error("`raw_input_contents` and `inputs` have different lengths.")
    return [
        _read_tensor(tensor, raw[index] if raw else None) for index, tensor in enumerate(inputs)
    ]


def write_tensors(response: Message, tensors: Sequence[Tensor], *, raw: bool) -> None:
    """Add the outputs to a ModelInferResponse, as raw bytes if the inputs were raw."""
    for tensor in tensors:
        output = response.outputs.add(
            name=tensor.name, datatype=tensor.datatype, shape=tensor.shape
        )
        if raw:
            response.raw_output_contents.append(to_binary(tensor.datatype, tensor.values))
        elif tensor.datatype == "BYTES":
            output.contents.bytes_contents.extend(value.encode() for value in tensor.values)
        else:
            getattr(output.contents, _FIELDS[tensor.datatype]).extend(tensor.values)


def _read_tensor(message: Message, raw: bytes | None) -> Tensor:
    name, datatype, shape = message.name, message.datatype, list(message.shape)
    if not 1 <= len(shape) <= 8:
        raise tensor_error(name, "has no valid shape", expected="1 to 8 dimensions")
    if _UNSUPPORTED in message.parameters:
        raise HttpProblem(400, "unsupported", f"The extension {_UNSUPPORTED!r} isn't supported.")
    if raw is not None:
        if message.HasField("contents"):
            raise tensor_error(name, "has both `contents` and `raw_input_contents`")
        return from_binary(name, datatype, shape, memoryview(raw))
    field = _FIELDS.get(datatype)
    if field is None:
        if datatype in LAYOUTS:
            raise tensor_error(
                name, f"is {datatype}, which is only accepted in `raw_input_contents`"
            )
        raise unknown_datatype_error(name, datatype)
    size = count_elements(name, shape)
    values = list(getattr(message.contents, field))
    if len(values) != size:
        raise tensor_error(
            name,
            f"has a different number of elements in `{field}` than its shape",
            expected=size,
            found=len(values),
        )
    if datatype == "BYTES":
        values = [decode_text(name, value) for value in values]
    elif datatype in FLOATS:
        values = [_finite(name, value) for value in values]
    return Tensor(name, datatype, shape, values)


def _finite(name: str, value: float) -> float | None:
    """Return the number, or None for NaN, which stands for a missing value."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    raise tensor_error(name, "contains an infinite number")

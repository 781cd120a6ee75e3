"""`POST /v2/models/{name}/infer`: Open Inference Protocol, as JSON or with binary tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.auth.problem import HttpProblem, malformed_error
from automl_magic_serving.endpoint import PredictionResponse
from automl_magic_serving.http.strict_json import loads
from automl_magic_serving.oip.outputs import check_outputs, output_tensors
from automl_magic_serving.oip.rows import Row, read_rows
from automl_magic_serving.oip.tensor import (
    DATATYPES,
    FLOATS,
    INTEGER_RANGES,
    MAX_TENSORS,
    Tensor,
    count_elements,
    from_binary,
    tensor_error,
    to_binary,
    unknown_datatype_error,
)

_NUMBERS = frozenset({int, float, type(None)})
_INTEGERS = frozenset({int, type(None)})
_ELEMENTS = {name: _NUMBERS if name in FLOATS else _INTEGERS for name in DATATYPES} | {
    "BOOL": frozenset({bool, type(None)}),
    "BYTES": frozenset({str, type(None)}),
}
_UNSUPPORTED = ("shared_memory_region", "classification")


@dataclass(frozen=True, slots=True)
class InferRequest:
    """A parsed request: rows, requested outputs, and which of them to return as binary."""

    rows: list[Row]
    outputs: Sequence[str]
    binary: frozenset[str]
    id: str


def read_infer_request(
    body: bytes, json_length: bytes | None, schema: InputSchema, *, depth: int, rows: int
) -> InferRequest:
    """Parse an inference request.

    Parameters
    ----------
    json_length : bytes, optional
        The header `Inference-Header-Content-Length`: the length of the JSON part if binary
        tensors follow.

    Raises
    ------
    Problem
        400 or 422.
    """
    if json_length is None:
        document, binary_data = loads(body, depth=depth), None
    else:
        if not json_length.isdigit() or int(json_length) > len(body):
            raise malformed_error(
                "Inference-Header-Content-Length must be at most the body's length."
            )
        length = int(json_length)
        document, binary_data = loads(body[:length], depth=depth), memoryview(body)[length:]
    if type(document) is not dict:
        raise malformed_error("The body must be an object with `inputs`.")
    inputs = document.get("inputs")
    if type(inputs) is not list or len(inputs) > MAX_TENSORS:
        raise malformed_error(
            f"`inputs` must be a list of at most {MAX_TENSORS:,} tensors.", field="inputs"
        )
    offset = 0
    tensors = []
    for item in inputs:
        tensor, offset = _read_tensor(item, binary_data, offset)
        tensors.append(tensor)
    if binary_data is not None and offset != len(binary_data):
        raise malformed_error("The body has more bytes than its binary tensors.")
    outputs, binary = _read_outputs(document, schema)
    request_id = document.get("id", "")
    if type(request_id) is not str:
        raise malformed_error("`id` must be a string.", field="id")
    return InferRequest(read_rows(tensors, schema, rows), outputs, binary, request_id)


def write_infer_response(
    name: str, inference: InferRequest, response: PredictionResponse
) -> tuple[bytes, int | None]:
    """Return the response body, and the length of its JSON part if binary tensors follow."""
    outputs: list[dict[str, object]] = []
    blobs: list[bytes] = []
    for tensor in output_tensors(response, inference.outputs):
        output: dict[str, object] = {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": tensor.shape,
        }
        if tensor.name in inference.binary:
            blob = to_binary(tensor.datatype, tensor.values)
            output["parameters"] = {"binary_data_size": len(blob)}
            blobs.append(blob)
        else:
            output["data"] = tensor.values
        outputs.append(output)
    document = {
        "model_name": name,
        "model_version": str(response.version),
        "id": inference.id,
        "outputs": outputs,
    }
    header = orjson.dumps(document)
    return (header, None) if not blobs else (b"".join((header, *blobs)), len(header))


def _read_tensor(item: object, binary_data: memoryview | None, offset: int) -> tuple[Tensor, int]:
    """Return an input tensor, and the offset after its binary data."""
    if type(item) is not dict:
        raise malformed_error("An input must be an object.", field="inputs")
    name, datatype, shape = item.get("name"), item.get("datatype"), item.get("shape")
    if type(name) is not str:
        raise malformed_error("An input must have a string `name`.", field="inputs")
    if type(shape) is not list or not 1 <= len(shape) <= 8:
        raise tensor_error(name, "has no valid shape", expected="a list of 1 to 8 dimensions")
    if type(datatype) is not str or datatype not in DATATYPES:
        raise unknown_datatype_error(name, datatype)
    size = count_elements(name, shape)
    parameters = _parameters(item, name)
    if "binary_data_size" in parameters:
        length = parameters["binary_data_size"]
        if binary_data is None or "data" in item:
            if binary_data is None:
                raise tensor_error(
                    name, "has binary data without the header Inference-Header-Content-Length"
                )
            raise tensor_error(name, "has both `data` and `binary_data_size`")
        if type(length) is not int or not 0 <= length <= len(binary_data) - offset:
            raise tensor_error(name, "has a `binary_data_size` beyond the end of the body")
        return from_binary(
            name, datatype, shape, binary_data[offset : offset + length]
        ), offset + length
    values = _flatten(name, item.get("data"), shape)
    if len(values) != size:
        raise tensor_error(
            name,
            "has a different number of elements than its shape",
            expected=size,
            found=len(values),
        )
    _check_elements(name, datatype, values)
    return Tensor(name, datatype, shape, values), offset


def _check_elements(name: str, datatype: str, values: list[Any]) -> None:
    """Check the elements' data type, and convert integers written as 3.0."""
    accepted = _ELEMENTS[datatype]
    for index, value in enumerate(values):
        if type(value) not in accepted:
            values[index] = _to_integer(name, datatype, value)
    if datatype in INTEGER_RANGES:
        low, high = INTEGER_RANGES[datatype]
        if not all(value is None or low <= value <= high for value in values):
            raise tensor_error(
                name, f"contains a number beyond {datatype}", expected=f"{low} to {high}"
            )


def _to_integer(name: str, datatype: str, value: Any) -> int:
    """Return the integer written as 3.0; raise for anything else."""
    is_integer = type(value) is float and value.is_integer() and abs(value) < 2**63
    if datatype not in INTEGER_RANGES or not is_integer:
        kind = type(value).__name__
        raise tensor_error(name, f"contains a value that isn't {datatype}", found=kind)
    return int(value)


def _flatten(name: str, data: object, shape: list[int]) -> list[object]:
    """Return the elements of `data`, which is flat or nested like the shape."""
    if type(data) is not list:
        raise tensor_error(name, "must have a list `data`")
    if not data or type(data[0]) is not list:
        return data
    for length in shape[1:]:
        if not all(type(part) is list and len(part) == length for part in data):
            raise tensor_error(name, "is nested differently than its shape")
        data = list(chain.from_iterable(data))
    return data


def _read_outputs(
    document: Mapping[str, object], schema: InputSchema
) -> tuple[Sequence[str], frozenset[str]]:
    """Return the requested outputs, and those to return as binary."""
    all_binary = _parameters(document, "the request").get("binary_data_output", False) is True
    outputs = document.get("outputs", [])
    if type(outputs) is not list:
        raise malformed_error("`outputs` must be a list.", field="outputs")
    binary = set()
    names = []
    for output in outputs:
        if type(output) is not dict or type(output.get("name")) is not str:
            raise malformed_error("An output must have a string `name`.", field="outputs")
        name = output["name"]
        if _parameters(output, name).get("binary_data", all_binary) is True:
            binary.add(name)
        names.append(name)
    requested = check_outputs(schema, list(dict.fromkeys(names)))
    return requested, frozenset(binary if names else (requested if all_binary else ()))


def _parameters(holder: Mapping[str, object], name: str) -> Mapping[str, object]:
    parameters = holder.get("parameters", {})
    if type(parameters) is not dict:
        raise tensor_error(name, "has `parameters` that aren't an object")
    for extension in _UNSUPPORTED:
        if extension in parameters:
            raise HttpProblem(400, "unsupported", f"The extension {extension!r} isn't supported.")
    return parameters

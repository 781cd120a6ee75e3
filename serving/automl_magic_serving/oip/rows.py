"""Convert tensors to rows: one mapping of column to value per instance."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.auth.problem import HttpProblem
from automl_magic_serving.oip.tensor import Tensor, tensor_error

Row = dict[str, object]


def read_rows(tensors: Sequence[Tensor], schema: InputSchema, limit: int) -> list[Row]:
    """Return the instances in the input tensors.

    Accepts either one tensor per column, of shape [n] or [n, 1], or one numeric tensor of shape
    [n, columns] with the columns in the schema's order.

    Raises
    ------
    Problem
        400 if tensors have different lengths or are repeated; 422 if there are more than `limit`
        rows.
    """
    if not tensors:
        raise HttpProblem(400, "malformed", "The request has no input tensors.")
    columns = schema.columns
    first = tensors[0]
    if len(tensors) == 1 and len(first.shape) == 2 and not _is_column(first, schema):
        return _table_rows(first, [column.name for column in columns], limit)
    n_rows = _length(first)
    check_rows(n_rows, limit)
    by_name: dict[str, list[object]] = {}
    for tensor in tensors:
        if _length(tensor) != n_rows:
            raise tensor_error(
                tensor.name,
                f"has a different length than {first.name[:200]!r}",
                expected=n_rows,
                found=_length(tensor),
            )
        if tensor.name in by_name:
            raise tensor_error(tensor.name, "is repeated")
        by_name[tensor.name] = tensor.values
    if n_rows == 1:
        return [{name: values[0] for name, values in by_name.items()}]
    names = tuple(by_name)
    return [dict(zip(names, values, strict=True)) for values in zip(*by_name.values(), strict=True)]


def check_rows(n_rows: int, limit: int) -> None:
    """Raise if a request has no rows, or more than the limit."""
    if n_rows == 0:
        raise HttpProblem(400, "malformed", "The request has no rows.")
    if n_rows > limit:
        raise HttpProblem(
            422,
            "too_many_rows",
            f"A request can have at most {limit:,} rows.",
            [{"found": n_rows, "fix": "Send several requests, or a file to /v1/batch-predict."}],
        )


def _is_column(tensor: Tensor, schema: InputSchema) -> bool:
    return tensor.shape[1] == 1 and any(column.name == tensor.name for column in schema.columns)


def _length(tensor: Tensor) -> int:
    shape = tensor.shape
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        return shape[0]
    raise tensor_error(tensor.name, "must have shape [n] or [n, 1]", found=list(shape)[:10])


def _table_rows(tensor: Tensor, names: Sequence[str], limit: int) -> list[Row]:
    n_rows, width = tensor.shape
    if width != len(names):
        raise tensor_error(
            tensor.name,
            "has a different number of columns than the model",
            expected=len(names),
            found=width,
        )
    check_rows(n_rows, limit)
    values = tensor.values
    return [
        dict(zip(names, values[start : start + width], strict=True))
        for start in range(0, n_rows * width, width)
    ]

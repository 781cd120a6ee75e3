"""Server and model metadata of the Open Inference Protocol."""

from __future__ import annotations

from automl_magic import __version__
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic_serving.oip.outputs import output_specs

SERVER = {"name": "automl-magic", "version": __version__, "extensions": ["binary_tensor_data"]}
PLATFORM = "automl-magic"


def model_metadata(name: str, versions: tuple[int, ...], schema: InputSchema) -> dict[str, object]:
    """Return a model's metadata: one input per column of the schema, in order."""
    outputs = [
        {"name": output.name, "datatype": output.datatype, "shape": [-1, *output.width]}
        for output in output_specs(schema)
    ]
    return {
        "name": name,
        "versions": [str(version) for version in versions],
        "platform": PLATFORM,
        "inputs": [
            {"name": column.name, "datatype": datatype_of(column), "shape": [-1, 1]}
            for column in schema.columns
        ],
        "outputs": outputs,
    }


def datatype_of(column: InputColumn) -> str:
    """Return the preferred data type for a column; the schema lists all accepted values."""
    if column.stored_as == "boolean":
        return "BOOL"
    if column.stored_as != "number":
        return "BYTES"
    is_integer = type(column.example) is int and not column.nullable
    return "INT64" if is_integer else "FP64"

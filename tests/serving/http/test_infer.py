"""The Open Inference Protocol over HTTP: tensors in, tensors out, as JSON and as bytes."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.oip.tensor import LAYOUTS, from_binary, to_binary


def infer(live, name="price", **document):
    return live.client.post(f"/v2/models/{name}/infer", json=document)


def table(*rows, datatype="FP64"):
    flat = [value for row in rows for value in row]
    return {"name": "input-0", "shape": [len(rows), 3], "datatype": datatype, "data": flat}


def columns(customer, n=1):
    kinds = {"age": "FP64", "visits": "INT64", "city": "BYTES", "active": "BOOL", "since": "BYTES"}
    return [
        {"name": name, "shape": [n], "datatype": kind, "data": [customer[name]] * n}
        for name, kind in kinds.items()
    ]


def test_one_tensor_a_column_gets_the_answer_of_the_plain_route(live, customer):
    response = infer(live, "churn", inputs=columns(customer), id="order-17").json()
    plain = live.client.post("/v1/inference/churn:predict", json={"instances": [customer]})

    label = plain.json()["predictions"][0]
    outputs = {output["name"]: output for output in response["outputs"]}
    assert response["id"] == "order-17"
    assert outputs["predict"] == {
        "name": "predict",
        "datatype": "BYTES",
        "shape": [1],
        "data": [label["label"]],
    }
    assert max(outputs["predict_proba"]["data"]) == label["score"]
    assert outputs["predict_proba"]["shape"] == [1, 2]


def test_nested_data_is_the_same_as_flat(live):
    flat = infer(live, inputs=[table((80, 3, 1987), (20, 1, 1900))]).json()["outputs"][0]
    nested = table((80, 3, 1987), (20, 1, 1900)) | {"data": [[80, 3, 1987], [20, 1, 1900]]}

    assert infer(live, inputs=[nested]).json()["outputs"][0] == flat


def test_only_the_outputs_that_are_asked_for_come_back(live, customer):
    asked = [{"name": "predict_proba"}]
    outputs = infer(live, "churn", inputs=columns(customer), outputs=asked).json()["outputs"]

    assert [output["name"] for output in outputs] == ["predict_proba"]


def test_a_version_may_be_named(live):
    document = {"inputs": [table((80, 3, 1987))]}
    response = live.client.post("/v2/models/price/versions/1/infer", json=document)

    assert response.json()["model_version"] == "1"


def test_many_rows_are_answered_in_their_order(live):
    rows = [(20 + i, 1 + i % 7, 1900 + i) for i in range(100)]
    batch = infer(live, inputs=[table(*rows)]).json()["outputs"][0]["data"]

    assert batch[17] == infer(live, inputs=[table(rows[17])]).json()["outputs"][0]["data"][0]


def test_binary_tensors_come_and_go(live):
    rows = np.array([[80.0, 3.0, 1987.0], [20.0, 1.0, 1900.0]])
    blob = rows.tobytes()
    head = json.dumps(
        {
            "inputs": [
                {
                    "name": "input-0",
                    "shape": [2, 3],
                    "datatype": "FP64",
                    "parameters": {"binary_data_size": len(blob)},
                }
            ],
            "parameters": {"binary_data_output": True},
            "outputs": [{"name": "predict"}],
        }
    ).encode()
    response = live.client.post(
        "/v2/models/price/infer",
        content=head + blob,
        headers={"inference-header-content-length": str(len(head))},
    )

    assert response.headers["content-type"] == "application/octet-stream"
    length = int(response.headers["inference-header-content-length"])
    document = json.loads(response.content[:length])
    assert document["outputs"][0]["parameters"] == {"binary_data_size": 16}
    plain = infer(live, inputs=[table(*rows.tolist())]).json()["outputs"][0]["data"]
    assert np.frombuffer(response.content[length:]).tolist() == plain


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"shape": [2, 3]}, "malformed"),
        ({"shape": [1, 4], "data": [1, 2, 3, 4]}, "malformed"),
        ({"shape": []}, "malformed"),
        ({"shape": [-1, 3]}, "malformed"),
        ({"shape": [2**62, 2**62]}, "malformed"),
        ({"shape": [True, 3]}, "malformed"),
        ({"datatype": "FLOAT"}, "malformed"),
        ({"datatype": "INT64", "data": [80.5, 3, 1987]}, "malformed"),
        ({"datatype": "INT8"}, "malformed"),
        ({"datatype": "BYTES"}, "malformed"),
        ({"data": None}, "malformed"),
        ({"data": [[80, 3], [1987]]}, "malformed"),
        ({"name": 1}, "malformed"),
        ({"parameters": {"binary_data_size": 24}}, "malformed"),
        ({"parameters": {"shared_memory_region": "x"}}, "unsupported"),
        ({"parameters": []}, "malformed"),
    ],
    ids=str,
)
def test_a_tensor_that_contradicts_itself_is_refused(live, change, code):
    response = infer(live, inputs=[table((80, 3, 1987)) | change])

    assert (response.status_code, response.json()["code"]) == (400, code), response.text


def test_tensors_of_different_lengths_are_refused(live, customer):
    inputs = columns(customer, 2)
    inputs[1] = columns(customer, 1)[1]

    assert infer(live, "churn", inputs=inputs).status_code == 400


def test_a_value_that_the_model_does_not_take_is_named(live, customer):
    customer["since"] = "yesterday"
    response = infer(live, "churn", inputs=columns(customer))

    assert response.status_code == 422
    assert response.json()["details"][0]["field"] == "since"


@given(st.sampled_from(sorted(LAYOUTS)), st.data())
def test_numbers_survive_their_bytes(datatype, data):
    layout = np.dtype(LAYOUTS[datatype])
    blob = data.draw(st.binary(max_size=20 * layout.itemsize))
    blob = blob[: len(blob) // layout.itemsize * layout.itemsize]
    shape = [len(blob) // layout.itemsize]
    try:
        tensor = from_binary("x", datatype, shape, memoryview(blob))
    except HttpProblem:
        return  # an infinite number, or a byte that is neither 0 nor 1
    values = [float("nan") if value is None else value for value in tensor.values]
    again = np.frombuffer(to_binary(datatype, values), layout)
    np.testing.assert_array_equal(again, np.frombuffer(blob, layout))


@given(st.lists(st.text(max_size=10), max_size=10))
def test_texts_survive_their_bytes(texts):
    blob = to_binary("BYTES", texts)

    assert from_binary("x", "BYTES", [len(texts)], memoryview(blob)).values == texts


@given(st.binary(max_size=40), st.integers(0, 5))
def test_any_bytes_are_texts_or_a_problem(blob, n):
    try:
        tensor = from_binary("x", "BYTES", [n], memoryview(blob))
    except HttpProblem:
        return
    assert to_binary("BYTES", tensor.values) == blob


def test_a_text_that_claims_four_gigabytes_is_refused():
    with pytest.raises(HttpProblem):
        from_binary("x", "BYTES", [1], memoryview(struct.pack("<I", 2**32 - 1)))

"""The Open Inference Protocol over gRPC, asked with messages from the same .proto files."""

import grpc
import numpy as np
import pytest

from automl_magic_serving.rpc.proto_files import load_proto

INFERENCE = load_proto("inference")


def ask(live, name, message, metadata=(), service=INFERENCE, timeout=20, answer=None):
    """Call a method and return its answer and its trailing metadata."""
    with grpc.insecure_channel(live.grpc) as channel:
        call = channel.unary_unary(
            f"/{service.service}/{name}",
            request_serializer=lambda one: one.SerializeToString(),
            response_deserializer=service.messages[answer or f"{name}Response"].FromString,
        )
        response, call = call.with_call(message, timeout=timeout, metadata=metadata)
        return response, dict(call.trailing_metadata())


def refused(live, message, **more):
    with pytest.raises(grpc.RpcError) as error:
        ask(live, "ModelInfer", message, **more)
    return error.value


def house_request(rows=((80.0, 3.0, 1987.0),), name="price", **fields):
    request = INFERENCE.ModelInferRequest(model_name=name, **fields)
    tensor = request.inputs.add(name="input-0", datatype="FP64", shape=[len(rows), 3])
    tensor.contents.fp64_contents.extend(value for row in rows for value in row)
    return request


def customer_request(customer):
    request = INFERENCE.ModelInferRequest(model_name="churn", id="order-17")
    for name, datatype, field in (
        ("age", "FP64", "fp64_contents"),
        ("visits", "INT64", "int64_contents"),
        ("city", "BYTES", "bytes_contents"),
        ("active", "BOOL", "bool_contents"),
        ("since", "BYTES", "bytes_contents"),
    ):
        tensor = request.inputs.add(name=name, datatype=datatype, shape=[1, 1])
        value = customer[name]
        getattr(tensor.contents, field).append(value.encode() if field[0:5] == "bytes" else value)
    return request


def test_a_row_gets_the_answer_that_http_gives(live, customer):
    response, trailing = ask(live, "ModelInfer", customer_request(customer))
    over_http = live.client.post(
        "/v1/inference/churn:predict", json={"instances": [customer]}
    ).json()["predictions"][0]

    assert (response.model_name, response.model_version, response.id) == ("churn", "1", "order-17")
    outputs = {output.name: output for output in response.outputs}
    assert [*outputs] == ["predict", "predict_proba", "prediction_id"]
    assert outputs["predict"].contents.bytes_contents[0].decode() == over_http["label"]
    shares = outputs["predict_proba"].contents.fp64_contents
    assert max(shares) == pytest.approx(over_http["score"], abs=1e-12)
    assert len(trailing["x-request-id"]) == 16


def test_raw_contents_come_back_raw(live):
    rows = np.array([[80.0, 3.0, 1987.0], [20.0, 1.0, 1900.0]])
    request = INFERENCE.ModelInferRequest(model_name="price", raw_input_contents=[rows.tobytes()])
    request.inputs.add(name="input-0", datatype="FP64", shape=[2, 3])
    request.outputs.add(name="predict")
    response, _ = ask(live, "ModelInfer", request)
    plain, _ = ask(live, "ModelInfer", house_request(rows.tolist()))

    values = np.frombuffer(response.raw_output_contents[0])
    assert values.tolist() == list(plain.outputs[0].contents.fp64_contents)


def test_metadata_says_what_the_model_takes_and_gives(live):
    message, _ = ask(live, "ModelMetadata", INFERENCE.ModelMetadataRequest(name="churn"))

    assert [(one.name, one.datatype, list(one.shape)) for one in message.inputs] == [
        ("age", "FP64", [-1, 1]),
        ("visits", "INT64", [-1, 1]),
        ("city", "BYTES", [-1, 1]),
        ("active", "BOOL", [-1, 1]),
        ("since", "BYTES", [-1, 1]),
    ]
    assert [one.name for one in message.outputs] == ["predict", "predict_proba", "prediction_id"]
    assert list(message.versions) == ["1"]


@pytest.mark.parametrize("name", ["ServerLive", "ServerReady"])
def test_the_server_is_live_before_anybody_says_who_asks(live, name):
    message, _ = ask(live, name, INFERENCE.messages[f"{name}Request"]())

    assert message.live if name == "ServerLive" else message.ready


def test_a_model_is_ready_by_name_and_version(live):
    for version in ("", "1"):
        request = INFERENCE.ModelReadyRequest(name="price", version=version)
        assert ask(live, "ModelReady", request)[0].ready


def test_health_is_told_to_orchestrators(live):
    health = load_proto("health")
    for service in ("", INFERENCE.service, "churn"):
        message, _ = ask(
            live,
            "Check",
            health.HealthCheckRequest(service=service),
            service=health,
            answer="HealthCheckResponse",
        )
        assert message.status == 1
    request = health.HealthCheckRequest(service="nobody")
    with pytest.raises(grpc.RpcError) as error:
        ask(live, "Check", request, service=health, answer="HealthCheckResponse")
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def wrong(change):
    request = house_request()
    change(request)
    return request


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (house_request(name="nobody"), grpc.StatusCode.NOT_FOUND),
        (house_request(model_version="9"), grpc.StatusCode.NOT_FOUND),
        (house_request(model_version="../1"), grpc.StatusCode.NOT_FOUND),
        (INFERENCE.ModelInferRequest(), grpc.StatusCode.NOT_FOUND),
        (INFERENCE.ModelInferRequest(model_name="price"), grpc.StatusCode.INVALID_ARGUMENT),
        (house_request(((float("inf"), 1, 1),)), grpc.StatusCode.INVALID_ARGUMENT),
        (house_request(((float("nan"), 1, 1),)), grpc.StatusCode.INVALID_ARGUMENT),
        (house_request(((80.0, 3.0, 1987.0),) * 1_001), grpc.StatusCode.INVALID_ARGUMENT),
        (
            wrong(lambda one: one.inputs[0].shape.append(2**62)),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            wrong(lambda one: setattr(one.inputs[0], "datatype", "FP16")),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            wrong(lambda one: one.raw_input_contents.append(b"123")),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            wrong(lambda one: one.outputs.add(name="nothing")),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            house_request(((80.0, 3.0, 1987.0),) * 60_000),
            grpc.StatusCode.RESOURCE_EXHAUSTED,
        ),
    ],
    ids=str,
)
def test_what_is_wrong_has_its_status(live, request_, code):
    assert refused(live, request_).code() is code


def test_a_value_that_the_model_does_not_take_is_named(live, customer):
    request = customer_request(customer)
    request.inputs[4].contents.bytes_contents[0] = b"yesterday"
    error = refused(live, request)

    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "field: since" in error.details()
    assert dict(error.trailing_metadata())["automl-code"] == "invalid_input"


def test_the_request_id_of_the_caller_comes_back(live):
    metadata = [("x-request-id", "order-17")]

    assert ask(live, "ModelInfer", house_request(), metadata)[1]["x-request-id"] == "order-17"
    assert (
        dict(refused(live, house_request(name="x"), metadata=metadata).trailing_metadata())[
            "x-request-id"
        ]
        == "order-17"
    )


@pytest.mark.long
def test_random_bytes_never_break_the_server(live):
    rng = np.random.default_rng(0)
    names = ["input-0", "area", "rooms", "year", "", "predict", "é"]
    kinds = ["FP64", "FP32", "FP16", "INT64", "UINT8", "BOOL", "BYTES", "BF16", ""]
    codes = set()
    for _ in range(5_000):
        request = INFERENCE.ModelInferRequest(model_name="price")
        for _ in range(rng.integers(0, 4)):
            shape = rng.choice([-1, 0, 1, 2, 3, 8, 2**31, 2**62], rng.integers(0, 4)).tolist()
            request.inputs.add(name=rng.choice(names), datatype=rng.choice(kinds), shape=shape)
            if rng.random() < 0.8:
                request.raw_input_contents.append(rng.bytes(int(rng.integers(0, 64))))
        try:
            ask(live, "ModelInfer", request)
            codes.add(grpc.StatusCode.OK)
        except grpc.RpcError as error:
            codes.add(error.code())
    assert codes <= {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}


@pytest.mark.long
def test_bytes_that_are_no_message_never_break_the_server(live):
    rng = np.random.default_rng(1)
    good = house_request().SerializeToString()
    codes = set()
    with grpc.insecure_channel(live.grpc) as channel:
        call = channel.unary_unary(f"/{INFERENCE.service}/ModelInfer")
        for _ in range(5_000):
            message = bytearray(good)
            for _ in range(rng.integers(1, 6)):
                message[rng.integers(len(message))] = rng.integers(256)
            try:
                call(bytes(message), timeout=20)
            except grpc.RpcError as error:
                codes.add(error.code())
    print(f"statuses: {sorted(code.name for code in codes)}")
    assert grpc.StatusCode.UNKNOWN not in codes
    assert ask(live, "ServerReady", INFERENCE.ServerReadyRequest())[0].ready

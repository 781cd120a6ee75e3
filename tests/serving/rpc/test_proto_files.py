"""The .proto files become classes, and leave nothing behind."""

import tempfile
from pathlib import Path

from google.protobuf import descriptor_pool

from automl_magic_serving import rpc
from automl_magic_serving.rpc.proto_files import load_proto

# The protocol's own numbers: https://github.com/kserve/open-inference-protocol
NUMBERS = {
    "ModelInferRequest": {
        "model_name": 1,
        "model_version": 2,
        "id": 3,
        "parameters": 4,
        "inputs": 5,
        "outputs": 6,
        "raw_input_contents": 7,
    },
    "ModelInferResponse": {
        "model_name": 1,
        "model_version": 2,
        "id": 3,
        "parameters": 4,
        "outputs": 5,
        "raw_output_contents": 6,
    },
    "InferTensorContents": {
        "bool_contents": 1,
        "int_contents": 2,
        "int64_contents": 3,
        "uint_contents": 4,
        "uint64_contents": 5,
        "fp32_contents": 6,
        "fp64_contents": 7,
        "bytes_contents": 8,
    },
    "ModelMetadataResponse": {
        "name": 1,
        "versions": 2,
        "platform": 3,
        "inputs": 4,
        "outputs": 5,
    },
}


def test_the_field_numbers_are_those_of_the_protocol():
    messages = load_proto("inference").messages
    result = {
        name: {field.name: field.number for field in messages[name].DESCRIPTOR.fields}
        for name in NUMBERS
    }

    assert result == NUMBERS


def test_nothing_is_left_behind():
    load_proto.cache_clear()
    scratch, package = Path(tempfile.gettempdir()), Path(rpc.__file__).parent
    before = {*scratch.glob("automl-proto-*"), *package.iterdir()}
    load_proto("inference")

    assert {*scratch.glob("automl-proto-*"), *package.iterdir()} - before == set()


def test_another_copy_of_the_protocol_may_live_in_the_same_process():
    load_proto("inference")
    pool = descriptor_pool.Default()

    try:
        pool.FindFileByName("inference.proto")
    except KeyError:
        return
    raise AssertionError("The pool that all share knows our file.")

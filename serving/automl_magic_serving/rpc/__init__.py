"""rpc: the Open Inference Protocol over gRPC, with the same authentication and errors as HTTP.

proto_files  compiles the .proto files into message classes when the server starts
inference    the inference service; tensors: converts messages to tensors and back
health       the gRPC health service
status       HTTP errors as gRPC statuses
server       the gRPC server
"""

import os

# Child processes of the worker don't use gRPC, so fork support and its warnings aren't needed.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

from automl_magic_serving.rpc.server import GrpcServer, start_grpc

__all__ = ["GrpcServer", "start_grpc"]

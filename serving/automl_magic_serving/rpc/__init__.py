"""rpc: the Open Inference Protocol over gRPC, behind the same gate and with the same words.

compiled   the .proto files become message classes when the server starts
inference  the protocol's service; tensors: messages to tensors and back
health     the health service that orchestrators ask
status     a problem as a status of gRPC
server     all of it on a port
"""

from automl_magic_serving.rpc.server import Rpc, start_rpc

__all__ = ["Rpc", "start_rpc"]

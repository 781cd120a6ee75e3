"""rpc: the Open Inference Protocol over gRPC, behind the same gate and with the same words.

compiled   the .proto files become message classes when the server starts
inference  the protocol's service; tensors: messages to tensors and back
health     the health service that orchestrators ask
status     a problem as a status of gRPC
server     all of it on a port
"""

import os

# The worker starts processes, and none of them goes on to speak gRPC: nothing is to be kept fit for
# a fork, and gRPC need not warn of each.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

from automl_magic_serving.rpc.server import Rpc, start_rpc

__all__ = ["Rpc", "start_rpc"]

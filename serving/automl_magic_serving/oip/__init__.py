"""The Open Inference Protocol, version 2, as far as HTTP and gRPC share it: tensors and rows."""

"""The parts of Open Inference Protocol v2 that HTTP and gRPC share: tensors and rows."""

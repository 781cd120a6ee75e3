"""The serving plane: signed models over HTTP and gRPC, on routes that change without a restart."""

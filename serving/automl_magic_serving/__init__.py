"""Model serving: signed models over HTTP and gRPC, with routes that change without a restart."""

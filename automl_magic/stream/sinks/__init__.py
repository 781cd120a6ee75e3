"""sinks: sinks for results, which commit offsets in the same transaction (one file each)."""

from automl_magic.stream.sinks.base import Batch, FencedError, RetryableError, Sink
from automl_magic.stream.sinks.store import StoreSink
from automl_magic.stream.sinks.topic import TopicSink

__all__ = ["Batch", "FencedError", "RetryableError", "Sink", "StoreSink", "TopicSink"]

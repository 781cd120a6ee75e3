"""stream: A topic of Kafka through a model: read at least once, with effects exactly once."""

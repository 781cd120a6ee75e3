"""Writers of predictions in parts, one module per format."""

from automl_magic.batch.writers.base import PartWriter, Writer

__all__ = ["PartWriter", "Writer"]

"""Writers of predictions in parts, one module per format."""

from automl_magic.batch.writers.base import OutputColumn, PartWriter, Writer

__all__ = ["OutputColumn", "PartWriter", "Writer"]

"""writers: predictions as files, part by part, and the parts as one (one file each)."""

from automl_magic.batch.writers.base import PartWriter, Writer

__all__ = ["PartWriter", "Writer"]

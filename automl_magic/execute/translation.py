"""Set up papermill with atomic file writes, our engine and our parameter translator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import papermill
from papermill.engines import papermill_engines
from papermill.iorw import papermill_io
from papermill.translators import PythonTranslator, papermill_translators

from automl_magic.execute.atomic_io import AtomicFileHandler


class LiteralTranslator(PythonTranslator):
    """Translates checked parameters to Python: `ascii` of a JSON value is always a literal."""

    @classmethod
    def codify(cls, parameters: Mapping[str, object], comment: str = "Parameters") -> str:
        lines = [f"# {comment}", *(f"{name} = {v!a}" for name, v in parameters.items())]
        return "\n".join(lines) + "\n"


def set_up_papermill(folder: Path, engine_name: str, engine: type) -> ModuleType:
    """Register our classes with papermill, for paths inside `folder`, and return papermill."""
    papermill_engines.register(engine_name, engine)
    papermill_translators.register("python", LiteralTranslator)
    papermill_translators.register("python3", LiteralTranslator)
    papermill_io.register(str(folder), AtomicFileHandler())
    return papermill

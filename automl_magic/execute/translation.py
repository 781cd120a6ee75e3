"""papermill, set up for us: atomic files, our engine, and one way of writing values as code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from papermill.engines import papermill_engines
from papermill.iorw import papermill_io
from papermill.translators import PythonTranslator, papermill_translators

from automl_magic.execute.atomic_io import WholeFiles


class Literals(PythonTranslator):
    """Writes checked parameters as Python: `ascii` of JSON types is a literal, and nothing else."""

    @classmethod
    def codify(cls, parameters: Mapping[str, Any], comment: str = "Parameters") -> str:
        lines = [f"# {comment}", *(f"{name} = {v!a}" for name, v in parameters.items())]
        return "\n".join(lines) + "\n"


def with_papermill_set_up(folder: Path, engine_name: str, engine: type) -> Any:
    """Register our parts with papermill, for paths inside `folder`, and return papermill."""
    papermill_engines.register(engine_name, engine)
    papermill_translators.register("python", Literals)
    papermill_translators.register("python3", Literals)
    papermill_io.register(str(folder), WholeFiles())
    return papermill

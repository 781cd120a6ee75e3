"""runtime: a signed folder becomes a model that answers.

load_model   approval, manifest, formats, digests, a trial in a child; then the parsing → Served
Served       parse one instance, answer some, explain one; knows its schema and its plan
Batcher      what is asked in one turn of the event loop is answered together
"""

from __future__ import annotations

from automl_magic.recipe.checking import Parsed, Refused
from automl_magic_serving.runtime.batcher import Batcher, Busy
from automl_magic_serving.runtime.loading import load_model
from automl_magic_serving.runtime.served import Served

__all__ = ["Batcher", "Busy", "Parsed", "Refused", "Served", "load_model"]

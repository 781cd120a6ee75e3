"""cli: the `automl` command. Parses, calls flow, shows; knows no machine learning.

Importing this package is light: each verb is a module that is loaded when the verb is used.
"""

from __future__ import annotations

from automl_magic.cli.command import automl
from automl_magic.cli.main import main

__all__ = ["automl", "main"]

"""cli: the `automl` command. It parses options, calls flow and shows results.

Importing this package is cheap: each command is a module that is loaded on first use.
"""

from __future__ import annotations

from automl_magic.cli.command import automl
from automl_magic.cli.main import main

__all__ = ["automl", "main"]

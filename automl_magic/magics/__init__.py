"""magics: `%automl` and `%%automl`, with the same commands as `automl`."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register", "unregister"]


def register(shell: InteractiveShell) -> None:
    """Register the magics and their completion in a shell. Safe to call twice."""
    from automl_magic.errors import WorkspaceError
    from automl_magic.magics.automl import AutomlMagics
    from automl_magic.magics.completion import create_matcher
    from automl_magic.workspace.relative_paths import fix_relative_paths

    with contextlib.suppress(WorkspaceError):  # the first command reports it
        fix_relative_paths(os.environ)  # before the first %cd
    unregister(shell)
    shell.register_magics(AutomlMagics(shell))
    shell.Completer.custom_matchers.append(create_matcher(shell))


def unregister(shell: InteractiveShell) -> None:
    """Remove the magics and their completion from a shell."""
    from automl_magic.magics.completion import MATCHER

    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("automl", None)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [m for m in matchers if getattr(m, "matcher_identifier", None) != MATCHER]

"""Warnings of libraries never stop a command, even with `PYTHONWARNINGS=error`.

That setting finds deprecated code in a user's own code. A deprecation inside MLflow or Jupyter
would stop a search that works.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping

VARIABLE = "PYTHONWARNINGS"
# A regular expression for the modules that warn: all but ours and the user's own script.
_LIBRARIES = r"(?!automl_magic|__main__)"
# Python ignores these by default.
_IGNORED = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


def tolerate_library_warnings() -> None:
    """Show the warnings of libraries in this process as without `PYTHONWARNINGS=error`."""
    if any(action == "error" and module is None for action, _, _, module, _ in warnings.filters):
        warnings.filterwarnings("default", module=_LIBRARIES)
        for category in _IGNORED:
            warnings.filterwarnings("ignore", category=category, module=_LIBRARIES)


@contextlib.contextmanager
def library_warnings_tolerated() -> Iterator[None]:
    """Do the same for the time of a block, in a process that runs a user's code, too."""
    with warnings.catch_warnings():
        tolerate_library_warnings()
        yield


def child_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables with which a child process does the same.

    A kernel or server imports libraries before any code of ours could set a filter. Settings for a
    module are kept.
    """
    settings = environ.get(VARIABLE, "").split(",")
    allowed = [setting for setting in settings if not _is_error_for_all(setting)]
    return {VARIABLE: ",".join(allowed)} if allowed != settings else {}


def _is_error_for_all(setting: str) -> bool:
    action, *fields = setting.split(":")
    module = fields[2].strip() if len(fields) > 2 else ""
    # Python accepts any beginning of an action.
    return bool(action.strip()) and "error".startswith(action.strip()) and not module

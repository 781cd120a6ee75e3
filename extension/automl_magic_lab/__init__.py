"""automl_magic_lab: the server extension for JupyterLab and Notebook 7.

It handles requests under `automl-magic/api/`. `inventory.ROUTES` lists the routes, and `handlers`
checks permissions and formats errors.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LABEXTENSION = "@automl-magic/lab"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": LABEXTENSION}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "automl_magic_lab"}]


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    """Add the routes to a Jupyter server."""
    from automl_magic.errors import WorkspaceError
    from automl_magic.workspace.relative_paths import fix_relative_paths
    from automl_magic_lab.inventory import handlers

    with contextlib.suppress(WorkspaceError):  # the first request reports it
        # For the kernels, which start in the folders of their notebooks.
        fix_relative_paths(os.environ)
    web_app = server_app.web_app
    web_app.add_handlers(".*$", handlers(web_app.settings["base_url"]))

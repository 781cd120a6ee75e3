"""workspace: the acting user, the home folder, the databases and the secrets, in one value.

workspace       the value, and how it's passed to a child process
own             the user's own workspace, from the environment and the operating system
relative_paths  relative paths in the environment, made absolute once
entries         a workspace in a file or an environment variable
configured      the workspaces file
lookup          the selected workspace
mlflow          connections to MLflow: probe, errors, addresses
"""

from __future__ import annotations

from automl_magic.workspace.lookup import default_workspace, workspace_named, workspace_names
from automl_magic.workspace.workspace import Database, Workspace

__all__ = ["Database", "Workspace", "default_workspace", "workspace_named", "workspace_names"]

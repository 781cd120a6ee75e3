"""workspace: who acts, where things are kept, and which databases hold them: one value.

workspace   the value, and how it is handed to a child process
own         the person's own, from the environment and the operating system
entries     a workspace as a file or a variable has it
configured  the file of workspaces
chosen      which one a front door acts in
mlflow      where MLflow keeps its books, and the one way in
"""

from __future__ import annotations

from automl_magic.workspace.chosen import default_workspace, workspace_named, workspace_names
from automl_magic.workspace.workspace import Database, Workspace

__all__ = ["Database", "Workspace", "default_workspace", "workspace_named", "workspace_names"]

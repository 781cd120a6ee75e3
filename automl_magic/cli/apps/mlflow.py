"""The MLflow UI."""

from __future__ import annotations

import sys

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.workspace import Workspace


def mlflow_server(port: int | None, workspace: Workspace) -> AppServer:
    """Return the MLflow server on the workspace's tracking store."""
    free = free_port(port)
    return AppServer(
        name="mlflow",
        arguments=[
            *(sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(free)),
            *("--backend-store-uri", workspace.tracking_uri, "--workers", "1"),
        ],
        port=free,
        probe="/health",
        workspace=workspace,
        # MLflow's job runners would use ten processes and 2.5 GB of memory.
        environment={
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
    )

"""MLflow's own pages on our store."""

from __future__ import annotations

import sys

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.workspace import Workspace


def mlflow_server(port: int | None, workspace: Workspace) -> AppServer:
    """Return MLflow's server on the tracking store that runs are logged to."""
    chosen = free_port(port)
    return AppServer(
        name="mlflow",
        arguments=[
            *(sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(chosen)),
            *("--backend-store-uri", workspace.tracking_uri, "--workers", "1"),
        ],
        port=chosen,
        probe="/health",
        workspace=workspace,
        # The job runners would take ten processes and 2.5 GB of memory.
        environment={
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
    )

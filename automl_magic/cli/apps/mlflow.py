"""MLflow's own pages on our store."""

from __future__ import annotations

import sys

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.workspace.mlflow import default_tracking_uri


def mlflow_server(port: int | None) -> AppServer:
    """Return MLflow's server on the tracking store that runs are logged to."""
    chosen = free_port(port)
    return AppServer(
        name="mlflow",
        arguments=[
            *(sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(chosen)),
            *("--backend-store-uri", default_tracking_uri(), "--workers", "1"),
        ],
        port=chosen,
        probe="/health",
        # The job runners would take ten processes and 2.5 GB of memory.
        environment={
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
    )

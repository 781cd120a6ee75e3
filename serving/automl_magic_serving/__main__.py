"""`python -m automl_magic_serving`: serve deployments until a signal arrives."""

from __future__ import annotations

import asyncio
import sys

from automl_magic.errors import AutomlMagicError
from automl_magic.library_warnings import tolerate_library_warnings
from automl_magic.workspace import default_workspace
from automl_magic_serving.process.options import Options, read_options
from automl_magic_serving.process.store_client import StoreClient
from automl_magic_serving.process.supervisor import WorkerSupervisor
from automl_magic_serving.telemetry.json_logging import log_to_stderr


async def _serve(options: Options) -> int:
    stored = await asyncio.to_thread(StoreClient, options.deployments, default_workspace())
    return await WorkerSupervisor(options, stored).run()


def main() -> int:
    """Serve, and return the exit code."""
    tolerate_library_warnings()
    options = read_options()
    log_to_stderr(worker="parent")
    try:
        return asyncio.run(_serve(options))
    except AutomlMagicError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

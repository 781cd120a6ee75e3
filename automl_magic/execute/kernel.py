"""The kernel: the same Python as the runner's, over sockets of the file system.

Ports are shared by the whole machine, and two kernels that start at once may pick the same one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from automl_magic.execute.notebook import DEFAULT_KERNEL


class SamePython(KernelSpecManager):
    """Kernel specifications in which `python3` is the Python that runs us.

    A user's own `python3` specification may point into another environment. A kernel that is not
    installed here, as in a notebook from elsewhere, is replaced by `python3` too; the runner asks
    only where the notebook's language is Python.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name not in (DEFAULT_KERNEL, "python"):
            try:
                return super().get_kernel_spec(kernel_name)
            except NoSuchKernel:
                pass
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def kernel_manager(kernel_name: str, sockets: Path, *, is_python: bool) -> Any:
    """Return the manager of a kernel that is yet to be started.

    Parameters
    ----------
    sockets : Path
        An empty folder for the connection file and the sockets. Its path has to be short: a
        socket's path holds 107 bytes at most.
    """
    return AsyncKernelManager(
        kernel_name=kernel_name,
        kernel_spec_manager=SamePython() if is_python else KernelSpecManager(),
        connection_file=str(sockets / "kernel.json"),
        transport="ipc",
        ip=str(sockets / "kernel"),
    )

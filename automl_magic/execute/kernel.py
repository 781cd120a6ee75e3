"""The kernel: it uses the runner's Python and Unix domain sockets.

TCP ports are shared by the whole machine, and two kernels that start at once can pick the same one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from automl_magic.execute.notebook import DEFAULT_KERNEL


class CurrentPythonSpecManager(KernelSpecManager):
    """Kernel specs in which `python3` is the running Python.

    A user's `python3` spec can point to another environment. A kernel that isn't installed here is
    replaced by `python3`, too. The runner only uses this class for notebooks in Python.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name not in (DEFAULT_KERNEL, "python"):
            try:
                return super().get_kernel_spec(kernel_name)
            except NoSuchKernel:
                pass
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def kernel_manager(kernel_name: str, sockets: Path, *, is_python: bool) -> AsyncKernelManager:
    """Return the manager of a kernel that isn't started yet.

    Parameters
    ----------
    sockets : Path
        Empty folder for the connection file and the sockets. Its path must be short, because socket
        paths have at most 107 bytes.
    """
    return AsyncKernelManager(
        kernel_name=kernel_name,
        kernel_spec_manager=CurrentPythonSpecManager() if is_python else KernelSpecManager(),
        connection_file=str(sockets / "kernel.json"),
        transport="ipc",
        ip=str(sockets / "kernel"),
    )

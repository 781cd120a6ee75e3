"""The runner: a separate process for each notebook, in which papermill runs.

It reads its job from one line on standard input, then waits there for `interrupt` and `stop`
commands. It sends events as lines on a pipe that the kernel doesn't inherit, so that notebooks
can't forge events. If its supervisor dies, it exits at once, with the kernel and all its children.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from automl_magic.execute.limits import RunLimits
from automl_magic.execute.notebook import DEFAULT_KERNEL
from automl_magic.execute.processes import RUN_VARIABLE, adopt_orphans, kill_run
from automl_magic.execute.watch import Watchdog
from automl_magic.records.codec import json_text
from automl_magic.records.runs.run import FailureKind


class EventPipe:
    """The pipe on which the runner sends events to the supervisor."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._descriptor, self._lock = descriptor, threading.Lock()

    def emit(self, event: str, **values: object) -> None:
        line = json_text({"event": event, **values}).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]


def main() -> None:
    """Execute the job in the first line of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    voice = EventPipe(int(sys.argv[1]))
    job = json.loads(sys.stdin.buffer.readline() or "null")
    if job is None:
        abandon()
    watch = Watchdog(RunLimits.from_json(job["limits"]), lambda: voice.emit("beat"), abandon)
    watch.start()
    threading.Thread(target=_listen, args=(watch,), name="listen", daemon=True).start()
    try:
        ending = _execute(job, watch, voice)
    except OSError as error:  # the output notebook couldn't be written
        ending = {"kind": FailureKind.DIED, "message": str(error), "cell_id": None}
    voice.emit("end", **ending)
    kill_run(os.environ[RUN_VARIABLE], os.getpid())
    # Exit without waiting for threads of libraries.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def abandon() -> NoReturn:
    """Exit with all child processes, because the supervisor is dead."""
    kill_run(os.environ[RUN_VARIABLE], os.getpid())
    os._exit(1)


def _listen(watch: Watchdog) -> None:
    for line in sys.stdin.buffer:
        command = json.loads(line)
        if command["command"] == "interrupt":
            watch.interrupt(command["cell_id"])
        else:
            watch.stop(command["kind"], command["message"], command["grace_s"])
    abandon()


def _execute(job: dict[str, Any], watch: Watchdog, voice: EventPipe) -> dict[str, object]:
    from automl_magic.execute import engine
    from automl_magic.execute.kernel import kernel_manager
    from automl_magic.execute.outputs import OutputLimiter
    from automl_magic.execute.translation import set_up_papermill

    folder = Path(job["folder"])
    limits = RunLimits.from_json(job["limits"])
    execution = engine.Execution(
        limits,
        watch,
        OutputLimiter(limits, sys.stderr.fileno()),
        lambda: kernel_manager(job["kernel"], Path(job["sockets"]), is_python=job["is_python"]),
        voice.emit,
    )
    papermill = set_up_papermill(folder, engine.ENGINE_NAME, engine.SupervisedEngine)
    # papermill's own error doesn't matter: `execution.ending` has the result.
    with contextlib.suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            _escaped(job["input"]),
            _escaped(job["output"]),
            parameters=job["parameters"],
            engine_name=engine.ENGINE_NAME,
            kernel_name=job["kernel"] if not job["is_python"] else DEFAULT_KERNEL,
            language="python" if job["is_python"] else None,
            cwd=job["cwd"],
            progress_bar=False,
            execution=execution,
        )
    ending = execution.ending
    if ending is None:
        raise RuntimeError("papermill returned without executing the notebook")
    return {"kind": ending.kind, "message": ending.message, "cell_id": ending.cell_id}


def _escaped(path: str) -> str:
    """Escape a path for papermill's `str.format`."""
    return path.replace("{", "{{").replace("}", "}}")


if __name__ == "__main__":
    main()

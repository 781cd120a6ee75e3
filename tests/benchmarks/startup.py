"""How much slower than a bare Python is importing us, and asking the command for help?"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

AUTOML = str(Path(sys.executable).with_name("automl"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import automl_magic": [sys.executable, "-c", "import automl_magic"],
    "automl --help": [AUTOML, "--help"],
}


def median_s(command: list[str], repeats: int = 9) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    measured = {name: median_s(command) for name, command in COMMANDS.items()}
    baseline = measured["python -c pass"]
    for name, seconds in measured.items():
        print(f"{name:22} {seconds:6.3f} s   {seconds / baseline:5.1f} x a bare Python")

"""What do notebook, supervisor and tracking add to the bare search, at the same budget?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET_S = float(os.environ.get("BUDGET_S", "20"))
SOURCE, TARGET, KIND, METRIC = (
    sys.argv[1:5]
    if len(sys.argv) >= 5
    else ("sklearn:breast_cancer", "target", "binary", "roc_auc")
)

BARE = """
import sys, automl_magic
from automl_magic.data import load
source, target, kind, metric, budget_s = sys.argv[1:6]
table = load(source)
automl_magic.search(table, target, task=kind, metric=metric, budget_s=float(budget_s), seed=0)
"""


def seconds(command: list[str], **environment: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return time.perf_counter() - start, done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        bare_s, _ = seconds(
            [sys.executable, "-c", BARE, SOURCE, TARGET, KIND, METRIC, str(BUDGET_S)]
        )
        whole_s, text = seconds(
            [
                str(Path(sys.executable).with_name("automl")),
                "fit",
                SOURCE,
                "--target",
                TARGET,
                "--task",
                KIND,
                "--metric",
                METRIC,
                "--budget",
                str(BUDGET_S),
                "-o",
                f"{folder}/plan",
                "--json",
            ],
            AUTOML_MAGIC_HOME=f"{folder}/home",
        )
    search_s = json.loads(text)["search_s"]
    print(f"bare search, whole process   {bare_s:6.1f} s")
    print(
        f"automl fit, whole process    {whole_s:6.1f} s   {whole_s / bare_s:4.2f} x"
        f"   (its search: {search_s:.1f} s)"
    )
    print(f"added by notebook, supervisor and tracking: {whole_s - bare_s:.1f} s")

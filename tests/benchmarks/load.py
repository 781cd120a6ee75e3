"""Load on a server by wrk: requests per second, latencies, errors.

wrk is a Debian package. It speaks plain HTTP/1.1 on kept connections from one thread, and takes so
little of the machine that the server has nearly all of both cores.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PERCENTILES = (50, 95, 99)
_SCRIPT = """
wrk.method = "POST"
wrk.body = {body}
for name, value in pairs({headers}) do wrk.headers[name] = value end
function done(summary, latency, requests)
  local found = {{}}
  for _, p in ipairs({{{percentiles}}}) do
    table.insert(found, string.format('"p%d": %.3f', p, latency:percentile(p) / 1000))
  end
  local e = summary.errors
  local form = '\\nFOUND {{"requests": %d, "seconds": %.3f, "refused": %d, "broken": %d, %s}}\\n'
  io.write(string.format(form, summary.requests, summary.duration / 1e6, e.status,
    e.connect + e.read + e.write + e.timeout, table.concat(found, ", ")))
end
"""


@dataclass(frozen=True)
class Load:
    """What a server did under load: good answers a second, latencies in ms, every kind of error."""

    requests_per_s: float
    p50: float
    p95: float
    p99: float
    errors: int

    @classmethod
    def measures(cls) -> tuple[str, ...]:
        """Return the fields that are measured, in their order."""
        return ("requests_per_s", "p50", "p95", "p99")

    def __str__(self) -> str:
        return (
            f"{self.requests_per_s:8.0f}/s   p50 {self.p50:8.2f}  p95 {self.p95:8.2f}  "
            f"p99 {self.p99:8.2f} ms   {self.errors} errors"
        )


def wrk() -> str:
    """Return the path of wrk, or end with a sentence that says how to get it."""
    found = shutil.which("wrk")
    if found is None:
        sys.exit("This benchmark needs wrk: apt-get install wrk")
    return found


def load(
    url: str,
    body: object,
    *,
    connections: int,
    seconds: float,
    headers: Mapping[str, str] | None = None,
) -> Load:
    """Post the same JSON body again and again over some connections."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    script = _SCRIPT.format(
        body=json.dumps(json.dumps(body)),
        headers="{"
        + ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in sent.items())
        + "}",
        percentiles=", ".join(map(str, PERCENTILES)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "post.lua"
        path.write_text(script)
        said = subprocess.run(
            [
                wrk(),
                "-t1",
                f"-c{connections}",
                f"-d{seconds:g}s",
                "--timeout",
                "20s",
                "-s",
                path,
                url,
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    found = json.loads(said.split("FOUND ", 1)[1])
    return Load(
        (found["requests"] - found["refused"]) / found["seconds"],
        found["p50"],
        found["p95"],
        found["p99"],
        found["refused"] + found["broken"],
    )

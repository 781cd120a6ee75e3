"""Guard: judges a canary by what its own epoch counted, while it takes over."""

from __future__ import annotations

from math import sqrt

from automl_magic.records.models.deployment import Slos
from automl_magic_serving.telemetry.latency import quantile_s
from automl_magic_serving.telemetry.slab import Counts

# One-sided 0.1 %: it is looked at four times a second, and 5 % would be reached soon by chance.
_Z = 3.09
_P95 = 0.05


def lower_bound(k: int, n: int, z: float = _Z) -> float:
    """Return the least share that `k` of `n` speaks for: the lower end of Wilson's interval (1927).

    It is 0 for none, and does not promise much where there are few: 1 of 1 speaks for 9 %.
    """
    if n == 0:
        return 0.0
    share, spread = k / n, z * z / n
    middle = share + spread / 2
    wide = z * sqrt((share * (1 - share) + spread / 4) / n)
    return max(0.0, (middle - wide) / (1 + spread))


def breach(counts: Counts | None, slos: Slos) -> str | None:
    """Return why a version must not go on, or None.

    The error rate breaches where Wilson's lower bound of it is above the objective; the 95th
    percentile of the latency where the same bound of the share of slow requests is above 5 %.
    Requests that have waited for longer than the objective are slow whatever becomes of them, so
    that a version that hangs is found before its first timeout. Refused inputs are the caller's
    fault, and are not counted.
    """
    if counts is None:
        return None
    judged = counts.answered + counts.failed
    if slos.error_rate_pct is not None and judged >= slos.min_requests:
        least = lower_bound(counts.failed, judged) * 100
        if least > slos.error_rate_pct:
            return (
                f"{counts.failed} of {judged} requests failed ({counts.failed / judged:.1%}; at "
                f"least {least:.1f} % beyond chance), and {slos.error_rate_pct:g} % may."
            )
    awaited = judged + counts.waiting
    if slos.latency_ms_p95 is not None and awaited >= slos.min_requests:
        slow = counts.slow + counts.waiting
        if lower_bound(slow, awaited) > _P95:
            seconds = quantile_s(counts.buckets, 0.95)
            p95 = "" if seconds is None else f" (p95 {seconds * 1000:.0f} ms)"
            return (
                f"{slow} of {awaited} requests took longer than {slos.latency_ms_p95:g} ms{p95}, "
                "and 5 % may."
            )
    return None

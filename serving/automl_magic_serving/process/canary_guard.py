"""Checks a canary against its deployment's objectives and against the stable version.

Both use the counters of the route's epoch.
"""

from __future__ import annotations

from math import sqrt

from automl_magic.records.models.deployment import Slos
from automl_magic_serving.process.confidence_sequence import Arm, confidence_interval
from automl_magic_serving.telemetry.latency import quantile_s
from automl_magic_serving.telemetry.shared_counters import RequestCounts

# One-sided 0.1%: it's checked four times per second, so 5% would soon be reached by chance.
_Z = 3.09
_P95 = 0.05
# The confidence sequence is valid at all times, so this is the probability of a false alarm during
# a whole canary. It's narrowest at about ten times the minimum of requests.
_ALPHA, _AROUND = 0.01, 10


def wilson_lower_bound(k: int, n: int, z: float = _Z) -> float:
    """Return the lower end of Wilson's interval (1927) for `k` of `n`.

    It is 0 for k = 0, and small for few observations: 9% for 1 of 1.
    """
    if n == 0:
        return 0.0
    share, spread = k / n, z * z / n
    center = share + spread / 2
    half_width = z * sqrt((share * (1 - share) + spread / 4) / n)
    return max(0.0, (center - half_width) / (1 + spread))


def find_breach(counts: RequestCounts | None, slos: Slos) -> str | None:
    """Return the reason why a version breaches its objectives, or None.

    The error rate breaches if Wilson's lower bound of it is above the objective. The p95 latency
    breaches if the same bound of the share of slow requests is above 5%. Requests that have
    waited longer than the objective count as slow, so a hanging version is found before its
    first timeout. Refused inputs are the caller's fault and don't count.
    """
    if counts is None:
        return None
    n_completed = counts.n_succeeded + counts.n_failed
    if slos.error_rate_pct is not None and n_completed >= slos.min_requests:
        error_rate_pct = wilson_lower_bound(counts.n_failed, n_completed) * 100
        if error_rate_pct > slos.error_rate_pct:
            return (
                f"{counts.n_failed} of {n_completed} requests failed "
                f"({counts.n_failed / n_completed:.1%}). The error rate is at least "
                f"{error_rate_pct:.1f}%, and the limit is {slos.error_rate_pct:g}%."
            )
    n_observed = n_completed + counts.waiting
    if slos.latency_ms_p95 is not None and n_observed >= slos.min_requests:
        n_slow = counts.slow + counts.waiting
        if wilson_lower_bound(n_slow, n_observed) > _P95:
            seconds = quantile_s(counts.buckets, 0.95)
            p95 = "" if seconds is None else f" (p95 {seconds * 1000:.0f} ms)"
            return (
                f"{n_slow} of {n_observed} requests took longer than {slos.latency_ms_p95:g} ms"
                f"{p95}. The limit is 5% of requests."
            )
    return None


def find_refusals(
    canary: RequestCounts | None, stable: RequestCounts | None, slos: Slos
) -> str | None:
    """Return the reason if a canary refuses valid requests more often than the stable version.

    A request counts as refused if the other version accepts it: invalid requests are the caller's
    fault. The rates are compared by the confidence sequence of A/B tests. Each version needs
    requests; without any to the stable version there's nothing to compare with.
    """
    if canary is None or stable is None:
        return None
    arm, reference = _refusals(canary), _refusals(stable)
    if arm.n < slos.min_requests:
        return None
    low, _ = confidence_interval(reference, arm, 2 * _ALPHA, _AROUND * slos.min_requests)
    if low <= 0:
        return None
    return (
        f"Version {canary.version} refused {canary.refused_alone} of {arm.n} requests "
        f"({arm.mean:.1%}) that version {stable.version} accepts. Version {stable.version} refused "
        f"{stable.refused_alone} of {reference.n} ({reference.mean:.1%}) that version "
        f"{canary.version} accepts. The difference is at least {low:.1%}."
    )


def _refusals(counts: RequestCounts) -> Arm:
    """Return the refusals of a version as losses of 0 and 1."""
    n = counts.n_succeeded + counts.n_failed + counts.n_refused
    share = counts.refused_alone / n if n else 0.0
    return Arm(n, share, n * share * (1 - share))

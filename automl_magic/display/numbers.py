"""Formatting of numbers, durations and sizes for reading."""

from __future__ import annotations

from automl_magic.records import Score


def format_number(value: float | None, digits: int = 4) -> str:
    """Return a number with `digits` significant digits, trailing zeros included, or a dash."""
    return "–" if value is None else f"{value:#.{digits}g}".removesuffix(".")


def format_value(value: float | None) -> str:
    """Return a number with four significant digits, without an exponent if possible, or a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e12 else f"{value:.4g}"


def format_score(value: float) -> str:
    """Return a score with four decimals, or five significant digits from 10."""
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.5g}"


def format_percent(share: float) -> str:
    """Return a fraction as a percentage: 12.3%, or 0.04% below 1%."""
    return f"{100 * share:.1f}%" if share >= 0.01 or share == 0 else f"{100 * share:.2g}%"


def format_count(n: int, noun: str) -> str:
    """Return a count with its noun: `1 row`, `2 rows`, `1,000 rows`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def format_seconds(value: float | None) -> str:
    """Return a duration: 0.4 s, 12 s, 3 min 5 s; or a dash."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} s"
    minutes, remainder = divmod(round(value), 60)
    return f"{minutes} min {remainder} s" if minutes else f"{remainder} s"


def format_memory(n_bytes: float) -> str:
    """Return a memory size: 310 MB, 1.2 GB."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def format_score_interval(score: Score | None) -> str:
    """Return a score with its 95% interval, `0.9871 [0.9712, 0.9954]`, or why it's undefined."""
    if score is None:
        return "–"
    if score.undefined is not None:
        return f"undefined, because {score.undefined}"
    if score.low is None or score.high is None:
        return format_number(score.score)
    return f"{format_number(score.score)} [{format_number(score.low)}, {format_number(score.high)}]"


def format_score_on_rows(score: Score, rows: str = "row") -> str:
    """Return a score and its rows: `0.9871 [0.9712, 0.9954] on 20 rows`, or why it's undefined."""
    on_rows = f"on {format_count(score.rows, rows)}"
    if score.undefined is not None:
        return f"undefined {on_rows}, because {score.undefined}"
    return f"{format_score_interval(score)} {on_rows}"


def format_megabytes(n_bytes: int) -> str:
    """Return a file size in MB, for a table column: 0.4 MB, 12 MB."""
    megabytes = n_bytes / 1e6
    return f"{megabytes:.1f} MB" if megabytes < 9.95 else f"{megabytes:,.0f} MB"


def format_file_size(n_bytes: float | None) -> str:
    """Return a file size: 4 kB, 0.4 MB, 310 MB; or a dash."""
    if n_bytes is None:
        return "–"
    if n_bytes < 1e5:
        return f"{n_bytes / 1e3:.0f} kB"
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes < 1e7 else format_memory(n_bytes)


def format_milliseconds(value: float | None) -> str:
    """Return a latency: 0.31 ms, 12 ms, 1.2 s; or a dash."""
    if value is None:
        return "–"
    return f"{value:.2g} ms" if value < 100 else f"{value / 1000:.2g} s"

"""The totals of a stream as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.stream.consumer import StreamStats


def format_stream_stats(stats: StreamStats) -> str:
    """Format how many messages were read, predicted and rejected."""
    document = stats.to_json()
    speed = f"{document['messages_per_s']:,.0f}/s"
    lines = [
        f"Read {stats.messages:,} messages in {stats.wall_s:,.1f} s ({speed}).",
        f"  results       {stats.results:,}",
        f"  dead letters  {stats.dead_letters:,}",
    ]
    if stats.lag is not None:
        lines.append(f"  lag           {stats.lag:,}")
    return "\n".join(lines)

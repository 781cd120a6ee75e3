"""What a stream came to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.stream.consumer import Counts


def counted(counts: Counts) -> str:
    """Return what was read and what became of it."""
    said = counts.to_json()
    speed = f"{said['messages_per_s']:,.0f} a second"
    lines = [
        f"Read {counts.messages:,} messages in {counts.wall_s:,.1f} s, {speed}.",
        f"  results       {counts.results:,}",
        f"  dead letters  {counts.dead_letters:,}",
    ]
    if counts.lag is not None:
        lines.append(f"  not yet read  {counts.lag:,}")
    return "\n".join(lines)

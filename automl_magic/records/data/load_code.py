"""LoadCode: code with which a standalone notebook loads a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class LoadCode:
    """Python code that loads a table into the variable `table`.

    A data source writes it. It's never stored, and it imports only public packages. `text` has
    `slot("name")` placeholders, filled with `values`. `data_path`, if set, becomes the notebook
    parameter of this name. `requirements` are packages that the code needs but doesn't import.
    `credential` is a reference to a secret, never the secret itself. The preceding cell then stores
    the secret in the variable `credential`.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    data_path: str | None = None
    requirements: tuple[str, ...] = ()
    credential: str | None = None

"""Figures with a text alternative.

In HTML they're an `img`, not markup, so that untrusted notebooks show them too.
"""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_magic.display.html import text
from automl_magic.display.text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DISPLAY_DPI = 96


@dataclass(frozen=True, repr=False)
class PngFigure:
    """A PNG with its text alternative, which terminals show.

    `width` is the displayed width in pixels.
    """

    png: bytes
    alt: str
    width: int

    @classmethod
    def of(cls, figure: Figure, alt: str, *, dots_per_inch: int = 144) -> PngFigure:
        """Render a matplotlib figure."""
        target = io.BytesIO()
        with warnings.catch_warnings():
            # Characters that the font lacks are drawn as boxes. The text alternative has them.
            warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
            figure.savefig(target, format="png", dpi=dots_per_inch)
        return cls(target.getvalue(), alt, round(figure.get_figwidth() * DISPLAY_DPI))

    def as_html(self) -> str:
        encoded = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{encoded}" alt="{text(self.alt)}" '
            f'style="max-width: 100%; width: {self.width}px; background: #fff">'
        )

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        bundle = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.alt}
        return bundle, {"image/png": {"alt": self.alt}}


@dataclass(frozen=True, repr=False)
class SvgFigure:
    """An SVG with its text alternative (`alt`), which terminals show."""

    svg: str
    alt: str

    def __repr__(self) -> str:
        return printable(self.alt)

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg.encode()).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{text(self.alt)}">'

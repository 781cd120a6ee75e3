"""Pictures with their words: an image in HTML and not markup, the words wherever there is none.

A notebook that nobody has trusted yet shows an image too.
"""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl_magic.look.html import text
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN_DOTS_PER_INCH = 96


@dataclass(frozen=True, repr=False)
class PngFigure:
    """A PNG with its text alternative, which is also what a terminal shows.

    `width` is that of the picture on a page, in pixels.
    """

    png: bytes
    alt: str
    width: int

    @classmethod
    def of(cls, figure: Figure, alt: str, *, dots_per_inch: int = 144) -> PngFigure:
        """Draw a figure of matplotlib."""
        target = io.BytesIO()
        with warnings.catch_warnings():
            # A name in a script that the font lacks is drawn as boxes; the text alternative has it.
            warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
            figure.savefig(target, format="png", dpi=dots_per_inch)
        return cls(target.getvalue(), alt, round(figure.get_figwidth() * SHOWN_DOTS_PER_INCH))

    def as_html(self) -> str:
        encoded = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{encoded}" alt="{text(self.alt)}" '
            f'style="max-width: 100%; width: {self.width}px; background: #fff">'
        )

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        bundle = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.alt}
        return bundle, {"image/png": {"alt": self.alt}}


@dataclass(frozen=True, repr=False)
class SvgFigure:
    """A picture in SVG, and what it shows in words."""

    svg: str
    words: str

    def __repr__(self) -> str:
        return safe(self.words)

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg.encode()).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{text(self.words)}">'

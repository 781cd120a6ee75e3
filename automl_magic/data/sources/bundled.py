"""The datasets that come with scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.base import DEFAULT_LIMITS, Offer, Source
from automl_magic.display.translation import _
from automl_magic.errors import DataNotReadable, closest_match
from automl_magic.files.templates import source_piece
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader


NAMES = ("breast_cancer", "diabetes", "digits", "iris", "wine")
_NAMED_CLASSES = ("breast_cancer", "iris", "wine")


class Bundled(Source):
    """`sklearn:NAME`."""

    name = "sklearn"
    in_help = "sklearn:NAME for a dataset that comes with scikit-learn"

    @property
    def offers_title(self) -> str:
        return _("Sample data")

    @property
    def offers_note(self) -> str:
        return _("Try the wizard without your own data.")

    def locate(self, text: str) -> str:
        return f"{self.name}:{self._dataset(text)}"

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        del limits
        return {"name": self._dataset(text)}

    def read_frame(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> pd.DataFrame:
        """Read a table. If the dataset has class names, its column `target` holds them."""
        from sklearn import datasets

        del limits
        name = self._dataset(text)
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        frame: pd.DataFrame = bunch.frame
        if name in _NAMED_CLASSES:
            frame["target"] = bunch.target_names[frame["target"]].astype(str)
        return frame

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        yield pa.RecordBatch.from_pandas(self.read_frame(text, limits), preserve_index=False)

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        from automl_magic.batch.readers import FrameReader

        del stored_as
        return FrameReader(self.load(text, missing=missing))

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        del text
        return LoadCode(text=source_piece(f"{self.name}_{options['name']}"))

    def offers(self) -> tuple[Offer, ...]:
        notes = {
            "breast_cancer": _("569 cell samples: is the tumor malignant? A good first example."),
            "diabetes": _("442 patients: predict disease progression after one year (a number)."),
            "wine": _("178 wines: predict which of three growers made it."),
            "iris": _("150 flowers: predict the species from four measurements."),
            "digits": _("1,797 small images of handwritten digits."),
        }
        return tuple(Offer(f"{self.name}:{name}", name, note) for name, note in notes.items())

    def _dataset(self, text: str) -> str:
        """Return the name of the dataset, or raise an error with the valid names."""
        name = self.place(text)
        if name not in NAMES:
            close = closest_match(name, NAMES)
            raise DataNotReadable(
                f"{name[:40]!r} isn't a dataset that comes with scikit-learn.",
                why=f"The datasets are {', '.join(NAMES)}.",
                fix=f"Use {self.name}:{close}."
                if close
                else f"Use one of these, such as {self.name}:iris.",
            )
        return name

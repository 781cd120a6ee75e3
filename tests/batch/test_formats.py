"""One table of formats, for the library and for the server."""

from pathlib import Path

import pytest

from automl_magic.batch.formats import FORMATS, SUFFIXES, writer_for
from automl_magic.batch.readers import Reader
from automl_magic.batch.writers import Writer
from automl_magic.errors import DataError


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_format_reads_what_it_writes(form, tmp_path):
    path = tmp_path / f"t.{form.name}"
    writer = writer_for(path)
    with writer.open(tmp_path / "part") as part:
        part.write({"a": ["x", "y"]})
    with path.open("wb") as joined:
        writer.join([tmp_path / "part"], ["a"], joined)

    reader = form.reader(path, {}, {"a": "text"})

    assert isinstance(writer, Writer)
    assert isinstance(reader, Reader)
    assert reader.columns == ("a",)
    assert sum(chunk.n_rows for chunk in reader.chunks(["a"], [], 0)) == 2
    assert SUFFIXES[path.suffix] is form


def test_no_two_formats_have_one_ending_or_one_media_type():
    suffixes = [suffix for form in FORMATS for suffix in form.suffixes]
    kinds = [kind for form in FORMATS for kind in form.media_types]

    assert len(set(suffixes)) == len(suffixes)
    assert len(set(kinds)) == len(kinds)


def test_a_name_of_no_format_is_refused_with_the_near_miss():
    with pytest.raises(DataError) as caught:
        writer_for(Path("scores.parquett"))

    assert caught.value.fix == "Use 'scores.parquet'."

"""Pieces: a family's own come before those that families share, and no word leads out of them."""

import pytest

from automl_magic.errors import RenderError
from automl_magic.records import TaskKind
from automl_magic.render.pieces import Pieces, pieces_for


@pytest.fixture
def pieces(tmp_path):
    for name, text in (("model/holdout.py", "mine = 1\n"), ("search/title.md", "# Mine\n")):
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "secret.py").write_text("secret = 1\n", encoding="utf-8")
    return Pieces(tmp_path / "own")


def test_a_family_takes_its_own_piece_before_the_shared_one(pieces):
    assert pieces.code("model", "holdout") == "mine = 1"
    assert pieces.markdown("search", "title") == "# Mine"


def test_what_a_family_does_not_have_is_shared(pieces):
    assert pieces.code("search", "load") == pieces_for(TaskKind("binary")).code("search", "load")


@pytest.mark.parametrize(
    "words",
    [("..", "secret"), ("model", "../../secret"), ("/etc", "passwd"), ("model", "Holdout"), ()],
)
def test_no_word_leads_out_of_the_folders(pieces, words):
    with pytest.raises(RenderError) as caught:
        pieces.code(*words)
    assert caught.value.what.startswith("There's no template piece ")

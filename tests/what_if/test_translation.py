"""The texts of the widget are translated, as whole sentences."""

import re
from dataclasses import replace

import pytest

from automl_magic.display.html import script
from automl_magic.display.translation import set_translations
from automl_magic.what_if import widget
from automl_magic.what_if.session import WhatIfSession
from automl_magic.what_if.table_rows import TableRows
from automl_magic.what_if.view import build_view, texts
from tests.pseudo import Pseudo, is_translated


@pytest.fixture(autouse=True)
def pseudo():
    set_translations(Pseudo())
    yield
    set_translations(None)


def test_the_view_of_a_row_is_translated(told, model, tmp_path):
    columns = tuple(
        replace(c, sensitive=i == 0, immutable=True) for i, c in enumerate(told.columns)
    )
    table = TableRows(str(tmp_path / "none.csv"), "", [], "bought")
    session = WhatIfSession(replace(told, columns=columns), model, table)
    views = [build_view(session)]
    session.handle({"do": "set", "column": 0, "value": 80})
    views.append(build_view(session))

    for view in views:
        visible = [view["said"], view["truth"], view["reasons"]["caption"], *view["rows"]]
        visible += [way["text"] for way in view["ways"]]
        visible += [field["note"] for field in view["fields"]]
        visible += [view["was"], view["changes"].get("caption", "")]
        assert all(is_translated(remove_data(text)) for text in visible if text)
    assert views[1]["was"]
    assert all(map(is_translated, map(remove_data, texts().values())))


def remove_data(text):
    return re.sub(r"\b(?:age|town|Oslo|yes|no|probability)\b", "7", re.sub(r"\{\w+\}", "7", text))


def test_the_script_has_no_texts_of_its_own():
    own = widget.WhatIf._esm.removeprefix(script())
    names = set(re.findall(r"texts\.(\w+)", own))

    assert names == set(texts())
    # Text content is the second argument of an element without attributes, or a template.
    assert re.findall(r'h\("\w+", \{[^}]*\}, "[^"]*[A-Za-z]', own) == []

"""Every text of the wizard can be translated, as a whole sentence."""

from __future__ import annotations

import pytest

from automl_magic.display.translation import set_translations
from automl_magic.wizard.texts import script_texts
from tests.pseudo import Pseudo, is_translated

from .conftest import block

# Fields of blocks that hold ids, code and paths. The rest is text.
NO_TEXT = {
    *("type", "name", "value", "severity", "action", "look", "path", "id", "state", "step", "do"),
    *(
        "tabs",
        "back",
        "folder",
        "parent",
        "accept",
        "run_id",
        "metric",
        "points",
        "numbers",
        "problem",
    ),
}


@pytest.fixture(autouse=True)
def pseudo():
    set_translations(Pseudo())
    yield
    set_translations(None)


def texts(value, key=""):
    """Yield the texts of a view that are not data of records."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in NO_TEXT and not (value.get("type") == "table" and name == "rows"):
                yield from texts(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item, key)


def untranslated(view, data):
    return {text for text in texts(view) if not is_translated(text) and text not in data}


@pytest.fixture
def data_of():
    """Return the texts in a session that come from records, data and the operating system."""

    def collect(session):
        from automl_magic.data.sources.registry import loadable_sources
        from automl_magic.records.families import kinds
        from automl_magic.tasks.families import family_for
        from automl_magic.tasks.metrics import METRICS
        from automl_magic.wizard.formatting import format_metric

        texts = {format_metric(name) for name in METRICS} | {m.in_words for m in METRICS.values()}
        for kind in kinds():
            words = family_for(kind).texts[kind]
            texts |= {words.label, words.example}
        for source in loadable_sources():
            texts |= {offer.name for offer in source.offers()}
        if session.table is not None:
            texts |= {column.name for column in session.table.dataset.columns}
            texts |= set(session.table.frame.astype(str).to_numpy().ravel())
        if session.plan is not None:
            findings = session.plan.dataset.findings
            texts |= {f.title for f in findings} | {f.fix for f in findings}
            texts |= {f"{f.detail} {f.fix}" for f in findings}
            texts |= {d.why for d in session.plan.decisions}
            texts |= {f"{d.choice}: {d.why}" for d in session.plan.decisions}
        return texts

    return collect


def is_number(text):
    """Tell whether a text is a number with a unit or a share: 569, 12 s, 212 (37%), 6.98 – 8.04."""
    letters = "".join(character for character in text if character.isalpha())
    return letters in ("", "s", "ms", "kB", "MB", "GB", "mins") and any(map(str.isdigit, text))


def test_each_step_is_translated(person, names, people, data_of):
    names["loans"] = people
    missing = {"empty": untranslated(person.view, data_of(person.session) | {"loans"})}
    person.set("source", "frame:loans")
    for step in ("data", "target", "goal", "limits", "review"):
        view = person.go(step)
        data = data_of(person.session) | {"loans", "automl-loans"}
        missing[step] = {text for text in untranslated(view, data) if not is_number(text)}

    assert missing == {step: set() for step in missing}
    assert all(is_translated(contents) for _file, contents in block(view, "table")["rows"])


def test_a_run_and_its_result_are_translated(person, names, people, data_of):
    names["loans"] = people
    person.set("source", "frame:loans")
    person.set("budget_s", 6)
    person.go("review")
    views = []
    person.session._changed = lambda: views.append(person.view)
    view = person.do("start")
    assert view["step"] == "result", view["problem"]
    result = person.session.result
    data = data_of(person.session) | {result.run.run_id, *result.decision_log.advice}
    for section in result.decision_log.sections:
        for reason in section.reasons:
            data |= {reason.why, f"{reason.about}: {reason.choice}"}
    data |= {row.name for row in result.leaderboard.rows}
    data |= {f"{m}: {text}" for m in data for text in data if len(m) < 40 and text}

    for page in [*views, view, person.do("register", value="loans")]:
        missing = {text for text in untranslated(page, data) if not is_number(text)}
        assert missing == set()
    heading = block(view, "table")["headings"]
    assert all(is_translated(text) for text in heading)


def test_the_script_shows_translated_texts_only():
    assert all(is_translated(text) for text in script_texts().values())

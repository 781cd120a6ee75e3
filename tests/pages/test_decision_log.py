"""The decision log of a run, as a notebook shows it."""

from html.parser import HTMLParser

from automl_magic.decision_log import DecisionLog, LogSection, Reason
from automl_magic.pages.decision_log import decision_log_page
from automl_magic.records import CellLink, Score

HOSTILE = "\"><script>alert(1)</script>\n' onload='x'\x00\ud800"


def account(text):
    link = CellLink(run_id="r1", notebook="output.ipynb", cell_id="candidate-linear")
    reason = Reason(
        about=text,
        name=text,
        choice=text,
        why=text,
        link=link,
        evidence={text: text},
        rejected=(text,),
        score=Score(metric="r2", score=0.5, rows=9),
        fit_s=1.0,
    )
    return DecisionLog(
        run_id="r1",
        status="failed",
        folder="/x",
        notebook="output.ipynb",
        limited_to=text,
        advice=(text,),
        missing=(text,),
        sections=tuple(
            LogSection(name=name, title=name, reasons=(reason,)) for name in ("trials", "model")
        ),
    )


def elements(html):
    found = []

    class Elements(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    Elements().feed(html)
    return found


def test_hostile_text_brings_no_element_onto_the_page():
    plain, hostile = (elements(decision_log_page(account(text))) for text in ("a", HOSTILE))

    assert [name for name, _ in hostile] == [name for name, _ in plain]
    assert "script" not in {name for name, _ in hostile}


def test_numbers_carry_their_run_notebook_and_cell():
    spans = [
        attributes
        for name, attributes in elements(decision_log_page(account("a")))
        if name == "span"
    ]

    assert len(spans) == 4  # score and time of the trial; score and evidence of the member
    for span in spans:
        assert span["data-run-id"] == "r1"
        assert span["data-notebook"] == "output.ipynb"
        assert span["data-cell-id"] == "candidate-linear"

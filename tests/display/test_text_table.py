"""Tables and figures have the same content as text and HTML."""

from automl_magic.display.figures import SvgFigure
from automl_magic.display.text_table import TextTable


def test_a_table_is_text_and_html_with_the_same_words():
    table = TextTable(
        "Two trials", ("Trial", "Why"), [("1", "a <b> & 'c'")], frozenset({0}), ["End."]
    )

    assert repr(table) == "Two trials\n\nTrial  Why\n    1  a <b> & 'c'\n\nEnd."
    assert table._repr_html_() == (
        "<table>\n<caption>Two trials</caption>\n"
        '<thead><tr><th scope="col">Trial</th><th scope="col">Why</th></tr></thead>\n<tbody>\n'
        '<tr><td style="text-align: right">1</td>'
        '<td style="text-align: left">a &lt;b&gt; &amp; &#x27;c&#x27;</td></tr>\n'
        "</tbody>\n</table>\n<p>End.</p>"
    )


def test_nonprintable_characters_are_escaped():
    assert "a\\nb\\ud800" in repr(TextTable("a\nb\ud800", ("x",), []))


def test_a_figure_has_a_text_alternative():
    picture = SvgFigure("<svg/>", 'from "a" to b')

    assert repr(picture) == 'from "a" to b'
    assert picture._repr_html_() == (
        '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="from &quot;a&quot; to b">'
    )

"""The schema and the reference page say what the record says."""

from pathlib import Path

from automl_magic.planning.schema import COMMAND, json_schema, reference_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "experiment-file.md"


def test_the_reference_page_is_up_to_date():
    assert PAGE.read_text() == reference_page(), f"{COMMAND} > {PAGE.name}"


def test_the_schema_has_every_field_with_its_type():
    schema = json_schema()

    assert schema["required"] == ["data", "target"]
    assert schema["properties"]["cv"]["properties"]["holdout"] == {
        "anyOf": [{"type": "number"}, {"type": "null"}],
        "description": "Fraction of the rows that measures the run once, at its end; 0 turns it "
        "off. Left out: chosen from the row count.",
    }
    assert schema["properties"]["sensitive"] == {
        "type": "array",
        "items": {"type": "string"},
        "description": "Columns that fairness is measured by.",
    }
    assert schema["properties"]["hpo"]["additionalProperties"] is False

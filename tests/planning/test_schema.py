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
        "description": "Fraction of rows held out to score the final model once. 0 for none. "
        "Default: chosen from the number of rows.",
    }
    assert schema["properties"]["sensitive"] == {
        "type": "array",
        "items": {"type": "string"},
        "description": "Columns to measure fairness by.",
    }
    assert schema["properties"]["hpo"]["additionalProperties"] is False

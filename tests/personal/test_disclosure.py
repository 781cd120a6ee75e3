"""The gate: what is disclosed of a personal value, by purpose."""

import pytest

from automl_magic.personal import NamedColumn, Purpose, disclose
from automl_magic.personal.keys import HashKey
from automl_magic.records import Column, ColumnKind
from automl_magic.records.data.schema import InputColumn

MAIL = NamedColumn("mail", "email")
CITY = NamedColumn("city", None)
KEY = HashKey(b"k" * 32)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_value_of_an_ordinary_column_passes_for_every_purpose(purpose):
    assert disclose(CITY, "Oslo", purpose) == "Oslo"


@pytest.mark.parametrize(
    "purpose",
    [Purpose.PROFILE, Purpose.NOTEBOOK, Purpose.PLOT, Purpose.REPORT, Purpose.DOCUMENT],
)
def test_people_see_the_kind_of_data_instead_of_a_personal_value(purpose):
    assert disclose(MAIL, "bob@example.org", purpose) == "[email]"
    assert disclose(NamedColumn("c", "card_number"), 4111111111111111, purpose) == "[card number]"


@pytest.mark.parametrize("purpose", [Purpose.MODEL, Purpose.LOG])
def test_models_and_logs_get_a_keyed_hash(purpose):
    disclosed = disclose(MAIL, "bob@example.org", purpose, key=KEY)

    assert disclosed == KEY.hash("mail", "bob@example.org")
    assert disclosed.startswith("hmac:")
    assert "bob" not in disclosed


@pytest.mark.parametrize("purpose", [Purpose.MODEL, Purpose.LOG])
def test_without_a_key_no_personal_value_goes_to_a_model_or_a_log(purpose):
    with pytest.raises(TypeError, match="pass a key"):
        disclose(MAIL, "bob@example.org", purpose)


def test_an_export_keeps_the_columns_that_the_user_named():
    assert disclose(MAIL, "bob@example.org", Purpose.EXPORT) == "bob@example.org"


def test_columns_of_a_profile_and_of_a_schema_pass_the_gate_as_they_are():
    profiled = Column(
        name="mail",
        kind=ColumnKind.CATEGORY,
        stored_as="text",
        reason="",
        n_missing=0,
        n_unique=2,
        personal="email",
    )
    served = InputColumn(
        name="mail",
        kind=ColumnKind.CATEGORY,
        stored_as="text",
        nullable=False,
        personal="email",
    )

    assert disclose(profiled, "bob@example.org", Purpose.REPORT) == "[email]"
    assert disclose(served, "bob@example.org", Purpose.REPORT) == "[email]"

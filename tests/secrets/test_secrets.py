"""References to secrets: what they are, where they lead, and that nothing tells the value."""

import pytest

from automl_magic.errors import SecretError
from automl_magic.secrets import parse_reference, resolve_secret

VALUE = "canary-5f1e"


def written(folder, text, mode=0o600, name="token"):
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_variable_of_the_environment_holds_a_secret(monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", VALUE)

    assert resolve_secret("env:CRM_TOKEN") == VALUE


def test_a_file_holds_a_secret_and_the_newline_at_its_end_is_none_of_it(tmp_path):
    assert resolve_secret(f"file:{written(tmp_path, f'  {VALUE} ' + chr(10))}") == f"  {VALUE} "


def test_a_file_may_hold_several_secrets_by_their_keys(tmp_path):
    path = written(tmp_path, f'{{"crm": "{VALUE}", "port": 1}}')

    assert resolve_secret(f"file:{path}#crm") == VALUE
    for wrong in ("crn", "port"):
        with pytest.raises(SecretError) as caught:
            resolve_secret(f"file:{path}#{wrong}")
        assert VALUE not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_not_used(tmp_path, mode):
    with pytest.raises(SecretError, match="Other users can read"):
        resolve_secret(f"file:{written(tmp_path, VALUE, mode)}")


@pytest.mark.parametrize(
    "text",
    [VALUE, "", "env:", "env:A B", f"user:{VALUE}", f"vault:{VALUE}", "file:token", "file:/a#"],
)
def test_what_is_no_reference_is_refused_and_not_shown(text):
    with pytest.raises(SecretError) as caught:
        parse_reference(text)

    assert "env:NAME or file:/PATH[#KEY]" in caught.value.why
    assert VALUE not in repr(caught.value)


def test_what_is_not_there_is_said_by_its_reference(tmp_path, monkeypatch):
    monkeypatch.delenv("CRM_TOKEN", raising=False)

    for reference in ("env:CRM_TOKEN", f"file:{tmp_path / 'none'}"):
        with pytest.raises(SecretError) as caught:
            resolve_secret(reference)
        assert reference in caught.value.what


def test_a_file_that_is_no_text_and_no_json_tells_nothing_of_itself(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe" + VALUE.encode())
    binary.chmod(0o600)
    broken = written(tmp_path, f'{{"crm": [{VALUE}')

    for reference in (f"file:{binary}", f"file:{broken}#crm"):
        with pytest.raises(SecretError) as caught:
            resolve_secret(reference)
        assert VALUE not in repr(caught.value)
        assert caught.value.__cause__ is None

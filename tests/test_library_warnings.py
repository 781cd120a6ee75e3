"""`PYTHONWARNINGS=error` is for the user's own code, not for libraries."""

import warnings

import pytest

from automl_magic.library_warnings import child_variables, library_warnings_tolerated


def warn(category, module):
    warnings.warn_explicit("old", category, "a.py", 1, module=module)


@pytest.mark.parametrize("category", [DeprecationWarning, FutureWarning, ResourceWarning])
def test_a_library_may_warn_where_warnings_are_errors(category):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(category):
            warn(category, "sqlalchemy.orm")
        with library_warnings_tolerated(), warnings.catch_warnings(record=True):
            warn(category, "sqlalchemy.orm")
            for module in ("automl_magic.flow", "__main__"):
                with pytest.raises(category):
                    warn(category, module)
        with pytest.raises(category):
            warn(category, "sqlalchemy.orm")


def test_without_errors_nothing_changes():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with library_warnings_tolerated(), warnings.catch_warnings(record=True) as recorded:
            warn(DeprecationWarning, "sqlalchemy.orm")
    assert len(recorded) == 1


@pytest.mark.parametrize(
    ("setting", "child"),
    [
        ("error", ""),
        ("e", ""),
        ("default,error::DeprecationWarning", "default"),
        ("error:::mine,ignore", None),
        ("ignore", None),
        ("", None),
    ],
)
def test_a_child_process_gets_no_errors_for_all_modules(setting, child):
    expected = {} if child is None else {"PYTHONWARNINGS": child}
    assert child_variables({"PYTHONWARNINGS": setting}) == expected

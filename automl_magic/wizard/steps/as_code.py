"""Show as code: the answers so far, as code to copy."""

from __future__ import annotations

from automl_magic.display.translation import _
from automl_magic.wizard import code
from automl_magic.wizard.blocks import Block
from automl_magic.wizard.blocks import code as code_block
from automl_magic.wizard.session import WizardSession


def as_code(session: WizardSession) -> Block:
    """Return the answers so far as a line for a notebook, as an experiment file, and as Python."""
    assert session.table is not None
    answers, data = session.with_defaults, session.table.code_name
    return code_block(
        {
            _("Notebook"): code.magic_line(answers, data),
            "YAML": code.experiment_text(answers, data),
            "Python": code.python_code(answers, data),
        }
    )

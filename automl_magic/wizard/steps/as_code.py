"""Show as code: the answers so far, as code to copy."""

from __future__ import annotations

from automl_magic.look.translation import _
from automl_magic.wizard import code
from automl_magic.wizard.blocks import Block
from automl_magic.wizard.blocks import code as code_block
from automl_magic.wizard.session import Session


def as_code(session: Session) -> Block:
    """Return the answers so far as a line for a notebook, as an experiment file, and as Python."""
    assert session.table is not None
    answers, data = session.complete, session.table.written
    return code_block(
        {
            _("Notebook"): code.line(answers, data),
            "YAML": code.yaml(answers, data),
            "Python": code.python(answers, data),
        }
    )

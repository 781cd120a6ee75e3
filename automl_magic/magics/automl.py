"""The magics. `%automl COMMAND …` has the commands and options of `automl`."""

from __future__ import annotations

import shlex

import click
from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from automl_magic.cli.command import automl
from automl_magic.cli.frontend import CommandResult
from automl_magic.cli.usage import BadUsage
from automl_magic.display.text import error_lines
from automl_magic.errors import AutomlMagicError
from automl_magic.library_warnings import library_warnings_tolerated
from automl_magic.magics.notebook import NotebookFrontend
from automl_magic.magics.show.display import DisplayedResult
from automl_magic.magics.spec import cell_spec
from automl_magic.magics.tables import expression_error, is_expression


@magics_class
class AutomlMagics(Magics):
    """`%automl` and `%%automl`."""

    # No variable expansion: YAML and JSON contain braces, and column names can contain `$`.
    @no_var_expand
    @needs_local_scope
    @line_cell_magic("automl")  # type: ignore[arg-type]
    def automl(
        self, line: str, cell: str | None = None, local_ns: dict[str, object] | None = None
    ) -> DisplayedResult | None:
        """Find a model for a table: `%automl fit df --target y`. See also `%automl --help`.

        `%%automl` plans an experiment in YAML. `%%automl fit` also runs it. DATA, and `data:` in
        YAML, can be the name of a DataFrame in this notebook. Python code isn't evaluated.
        """
        assert self.shell is not None
        names = {**self.shell.user_ns, **(local_ns or {})}
        frontend = NotebookFrontend(names)
        try:
            argv = shlex.split(line)
            if cell is None:
                return self._call(argv, frontend)
            with cell_spec(argv, cell, frontend) as spec_argv:
                return self._call(spec_argv, frontend)
        except ValueError as error:
            raise UsageError(f"Can't parse the line: {error}.") from None
        except click.UsageError as error:
            # Code with spaces, such as `df[df.age > 30]`, is several words.
            code = next((word for word in argv if is_expression(word, names)), None)
            if code is not None:
                raise _without_traceback(expression_error(code)) from None
            raise UsageError("\n".join(error_lines(BadUsage.of(error)))) from None
        except AutomlMagicError as error:
            raise _without_traceback(error) from None

    def _call(self, argv: list[str], frontend: NotebookFrontend) -> DisplayedResult | None:
        assert self.shell is not None
        with library_warnings_tolerated():
            result = automl.main(
                args=argv, prog_name="%automl", standalone_mode=False, obj=frontend
            )
        if not isinstance(result, CommandResult) or frontend.displayed is None:
            return None
        frontend.displayed.displayed_in = self.shell.execution_count
        return frontend.displayed


def _without_traceback(error: AutomlMagicError) -> AutomlMagicError:
    # IPython calls this to render the exception. `except` can still catch it by its class.
    error._render_traceback_ = lambda: list(error_lines(error))  # type: ignore[attr-defined]
    return error

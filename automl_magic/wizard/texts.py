"""Texts of the wizard's script, which shows them in the language of the kernel."""

from __future__ import annotations

from automl_magic.display.translation import _


def script_texts() -> dict[str, str]:
    """Return the texts that the script shows by itself, their placeholders unfilled."""
    return {
        "name": _("AutoML wizard"),
        "steps": _("Steps of the wizard"),
        "back": _("Back"),
        "resumed": _("Continuing from your last answers."),
        "start_over": _("Start over"),
        "unanswered": _("Answer the question above first."),
        "done": _("Done."),
        "best": _("Best {metric} so far: {score}."),
        "why": _("Why:"),
        "fix": _("Do:"),
        "error": _("Error:"),
        "warning": _("Warning:"),
        "info": _("Note:"),
        "success": _("Done:"),
        "choose": _("Choose…"),
        "code": _("Show as code"),
        "cell": _("In a notebook cell"),
        "copy": _("Copy"),
        "copy_tab": _("Copy: {name}"),
        "copied": _("{name} copied."),
        "copy_blocked": _("Your browser blocked copying. Select the text instead."),
        "files": _("Files in this folder"),
        "up": _("‹ Up one folder"),
        "no_tables": _("No tables in this folder."),
        "progress": _("Steps done: {percent}%"),
        "too_large": _("{name} is too large to upload."),
        "empty": _("{name} is empty."),
        "seconds": _("{n} s"),
    }

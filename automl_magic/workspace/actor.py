"""The user who runs this process."""

from __future__ import annotations

import os
import pwd


def system_user() -> str:
    """Return the name of the system user who runs this process.

    It comes from the operating system, because anyone can set environment variables.
    """
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # in a container, the user id may have no name
        return f"uid:{number}"

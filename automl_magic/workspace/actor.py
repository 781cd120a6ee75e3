"""The name of whoever runs this process."""

from __future__ import annotations

import os
import pwd


def system_user() -> str:
    """Return the user of the operating system that runs this process.

    Asked of the system and not of the environment, where anybody can write any name.
    """
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run as a number without a name
        return f"uid:{number}"

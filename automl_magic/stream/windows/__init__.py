"""windows: features over the latest messages of a key.

declared    the file that says which: its fields, and what is wrong with them
state       what is kept of a key, and what follows from it
"""

from automl_magic.stream.windows.declared import WindowFeature, Windows, read_windows
from automl_magic.stream.windows.state import Event, Late, WindowStates

__all__ = ["Event", "Late", "WindowFeature", "WindowStates", "Windows", "read_windows"]

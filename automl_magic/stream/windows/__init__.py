"""windows: features over the latest messages of a key.

declared    the file that sets the features, and its validation
state       the state of a key, and the features computed from it
"""

from automl_magic.stream.windows.definition import WindowFeature, Windows, read_windows
from automl_magic.stream.windows.state import Event, LateMessage, WindowStates

__all__ = ["Event", "LateMessage", "WindowFeature", "WindowStates", "Windows", "read_windows"]

"""windows: features over the latest messages of a key.

declared    the file that sets the features, and its validation
state       the state of a key, and the features computed from it
"""

from automl_magic.stream.windows.declared import WindowFeature, Windows, read_windows
from automl_magic.stream.windows.state import Event, Late, WindowStates

__all__ = ["Event", "Late", "WindowFeature", "WindowStates", "Windows", "read_windows"]

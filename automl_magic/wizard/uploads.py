"""uploads: a file that the page sends in pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from automl_magic.errors import AutomlMagicError
from automl_magic.wizard.browse import MAX_UPLOAD_BYTES, free_path


class Upload:
    """Writes the pieces of a file into a folder. The file gets its name when it's complete.

    Attributes
    ----------
    progress : tuple of str, int and int, or None
        The name of the file that is being uploaded, its bytes so far and all its bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part: Path | None = None
        self.progress: tuple[str, int, int] | None = None

    def add(
        self, message: Mapping[str, object], buffers: Sequence[bytes | memoryview]
    ) -> Path | None:
        """Add a piece. Return the path of the file if it's the last one.

        Parameters
        ----------
        message : mapping
            The `name` of the file, its `size` in bytes, and the `offset` of the piece.

        Raises
        ------
        AutomlMagicError
            If the file is too large, or a piece before this one is missing.
        """
        name, offset, size = str(message.get("name")), message.get("offset"), message.get("size")
        if not isinstance(offset, int) or not isinstance(size, int) or not buffers:
            return None
        if not 0 < size <= MAX_UPLOAD_BYTES:
            raise AutomlMagicError(
                f"Can't upload {name[:80]!r}.",
                why=f"It has {size:,} bytes. The limit is {MAX_UPLOAD_BYTES:,}.",
                fix="Copy the file into this folder another way, and choose it above.",
            )
        if offset == 0:
            self._part = free_path(self._folder, name).with_suffix(".part")
            self._part.unlink(missing_ok=True)
        part = self._part
        if part is None or (part.stat().st_size if part.exists() else 0) != offset:
            raise AutomlMagicError(
                f"The upload of {name[:80]!r} was interrupted.",
                why="Part of the file is missing.",
                fix="Choose the file again.",
            )
        with part.open("ab") as file:
            file.write(buffers[0])
        n_done = offset + len(buffers[0])
        self.progress = (name, n_done, size)
        if n_done < size:
            return None
        self._part, self.progress = None, None
        return part.replace(free_path(self._folder, name))

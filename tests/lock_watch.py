"""Sees each request to another machine that is sent while a lock of a folder is held.

Python announces `flock`, connections and HTTP requests to audit hooks. A lock counts as long as its
file is open. A write transaction of a SQLite database is a lock, too, and is found by trying to
begin another.
"""

from __future__ import annotations

import contextlib
import fcntl
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

_REQUESTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "http.client.send"}
_watches: list[LockWatch] = []


class LockWatch:
    """The requests of this process since `watch_locks`, and those sent under a lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_requests = 0
        self.under_a_lock: list[str] = []
        self._locked: dict[int, str] = {}

    def see(self, event: str, args: tuple[object, ...]) -> None:
        if event == "fcntl.flock":
            descriptor, operation = args
            if operation & fcntl.LOCK_UN:
                self._locked.pop(descriptor, None)
            else:
                self._locked[descriptor] = _path_of(descriptor)
        elif event in _REQUESTS and not _is_local(args):
            self.n_requests += 1
            self.under_a_lock += [*self._locked_files(), *self._locked_databases()]

    def _locked_files(self) -> list[str]:
        return [
            path
            for descriptor, path in self._locked.items()
            if path.startswith(str(self.folder)) and _path_of(descriptor) == path
        ]

    def _locked_databases(self) -> Iterator[str]:
        for path in self.folder.rglob("*.db"):
            connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                yield str(path)
            finally:
                connection.close()


@contextlib.contextmanager
def watch_locks(folder: Path) -> Iterator[LockWatch]:
    """Watch the locks below a folder in this process."""
    if _hook not in _installed:
        sys.addaudithook(_hook)  # can't be removed
        _installed.append(_hook)
    watch = LockWatch(folder)
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


def _hook(event: str, args: tuple[object, ...]) -> None:
    for watch in _watches:
        watch.see(event, args)


_installed: list[object] = []


def _path_of(descriptor: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        return ""


def _is_local(args: tuple[object, ...]) -> bool:
    return bool(args) and isinstance(args[0], socket.socket) and args[0].family == socket.AF_UNIX

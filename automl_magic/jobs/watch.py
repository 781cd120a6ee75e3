"""The watch of a deployment: windows are judged, alerts are told, challengers are made."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from automl_magic.errors import AutomlMagicError
from automl_magic.flow.alerting import look
from automl_magic.flow.retraining import retrain_if_asked
from automl_magic.monitor.alerts import Observation, event, monitor_of, observe
from automl_magic.monitor.alerts.observed import calm
from automl_magic.records.monitoring.alert import AlertKind, Notice
from automl_magic.store.opened import store
from automl_magic.workspace import Workspace, default_workspace

TICK_S = 10.0
LOGGER = logging.getLogger("automl_magic.watch")


def watch(
    deployment: str,
    judge: Callable[[], object],
    *,
    every_s: float | None = None,
    tick_s: float = TICK_S,
    on_notice: Callable[[Notice], None] | None = None,
    on_words: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    workspace: Workspace | None = None,
) -> None:
    """Watch a deployment until Ctrl-C, or until `stop` is set.

    Every `every_s` seconds a window is judged. Beside that, every `tick_s` seconds, serving is
    looked at and notices are sent: a breach is told in less than a minute however long a notebook
    takes. What the monitor file says about retraining is done after a window was judged.

    Parameters
    ----------
    judge : callable
        Runs the monitor notebook, which writes its report into the store.
    on_notice, on_words : callable, optional
        Called with each notice, and with what else there is to say.
    workspace : Workspace, optional
        By default that of the environment: the person's own.
    """
    stop = threading.Event() if stop is None else stop
    say = on_words or LOGGER.info
    here = workspace or default_workspace()
    looking = _Looking(deployment, tick_s, stop, on_notice, say, here=here)
    every_s = monitor_of(deployment, here.home).every_s if every_s is None else every_s
    looking.start()
    try:
        while not stop.is_set():
            begun = time.monotonic()
            _judged(deployment, judge, say, here)
            looking.now.set()
            _retrain_if_asked(deployment, say, here)
            stop.wait(max(0.0, every_s - (time.monotonic() - begun)))
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        looking.now.set()
        looking.join()


class _Looking(threading.Thread):
    """Looks at the deployment again and again, beside the notebooks."""

    def __init__(
        self,
        deployment: str,
        tick_s: float,
        stop: threading.Event,
        on_notice: Callable[[Notice], None] | None,
        say: Callable[[str], None],
        *,
        here: Workspace,
    ) -> None:
        super().__init__(daemon=True, name=f"alerts of {deployment}")
        self._deployment, self._tick_s, self._stop_asked = deployment, tick_s, stop
        self._on_notice, self._say, self._here = on_notice, say, here
        self.now = threading.Event()

    def run(self) -> None:
        last = ""
        while True:
            try:
                for notice in look(self._deployment, workspace=self._here):
                    if self._on_notice is not None:
                        self._on_notice(notice)
                last = ""
            except AutomlMagicError as error:
                # A database that is away for a minute must not end the watch; nor fill the log.
                if error.what != last:
                    last = error.what
                    self._say(str(error))
            if self._stop_asked.is_set():
                return
            self.now.wait(self._tick_s)
            self.now.clear()


def _judged(
    deployment: str, judge: Callable[[], object], say: Callable[[str], None], here: Workspace
) -> None:
    try:
        judge()
        seen = calm(deployment, AlertKind.MONITOR_FAILED, at=time.time())
    except AutomlMagicError as error:
        say(str(error))
        summary = f"{error.what} {error.why} {error.fix}"
        seen = event(deployment, AlertKind.MONITOR_FAILED, "monitor", summary, at=time.time())
    _note(deployment, seen, here)


def _note(deployment: str, seen: Observation, here: Workspace) -> None:
    with suppress(AutomlMagicError):  # the next look says so
        observe(store(here), monitor_of(deployment, here.home), seen, now=time.time())


def _retrain_if_asked(deployment: str, say: Callable[[str], None], here: Workspace) -> None:
    try:
        done = retrain_if_asked(deployment, workspace=here)
    except AutomlMagicError as error:
        say(str(error))
    else:
        if done is not None:
            say(done)

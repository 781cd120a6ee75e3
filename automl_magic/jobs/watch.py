"""Watch a deployment: check windows, send alerts and retrain."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from automl_magic.errors import AutomlMagicError
from automl_magic.flow.alerting import check_alerts
from automl_magic.flow.retraining import retrain_if_due
from automl_magic.monitor.alerts import (
    Observation,
    event_observation,
    load_monitor,
    record_observation,
)
from automl_magic.monitor.alerts.observation import all_clear
from automl_magic.records.monitoring.alert import AlertKind, Notification
from automl_magic.store.opened import store_engine
from automl_magic.workspace import Workspace, default_workspace

TICK_S = 10.0
LOGGER = logging.getLogger("automl_magic.watch")


def watch(
    deployment: str,
    check_window: Callable[[], object],
    *,
    every_s: float | None = None,
    tick_s: float = TICK_S,
    on_notice: Callable[[Notification], None] | None = None,
    on_message: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    workspace: Workspace | None = None,
) -> None:
    """Watch a deployment until Ctrl-C, or until `stop` is set.

    A window is checked every `every_s` seconds. In parallel, serving is checked and notifications
    are sent every `tick_s` seconds, so that a breach is reported within a minute even if a notebook
    takes long. Retraining, if the monitor file sets it, follows each window.

    Parameters
    ----------
    check_window : callable
        Runs the monitor notebook, which writes its report to the store.
    every_s : float, optional
        Time between windows, in seconds. By default from the monitor file.
    tick_s : float
        Time between checks of serving, in seconds.
    on_notice : callable, optional
        Called with each notification.
    on_message : callable, optional
        Called with other messages. By default they are logged.
    stop : threading.Event, optional
        Set it to stop watching.
    workspace : Workspace, optional
        By default from the environment.
    """
    stop = threading.Event() if stop is None else stop
    log = on_message or LOGGER.info
    active_workspace = workspace or default_workspace()
    alert_loop = _AlertLoop(deployment, tick_s, stop, on_notice, log, workspace=active_workspace)
    every_s = (
        load_monitor(deployment, active_workspace.home).every_s if every_s is None else every_s
    )
    alert_loop.start()
    try:
        while not stop.is_set():
            started = time.monotonic()
            _check_window(deployment, check_window, log, active_workspace)
            alert_loop.wake_up.set()
            _retrain_if_asked(deployment, log, active_workspace)
            stop.wait(max(0.0, every_s - (time.monotonic() - started)))
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        alert_loop.wake_up.set()
        alert_loop.join()


class _AlertLoop(threading.Thread):
    """Checks serving and sends notifications, in parallel with the notebooks."""

    def __init__(
        self,
        deployment: str,
        tick_s: float,
        stop: threading.Event,
        on_notice: Callable[[Notification], None] | None,
        log: Callable[[str], None],
        *,
        workspace: Workspace,
    ) -> None:
        super().__init__(daemon=True, name=f"alerts of {deployment}")
        self._deployment, self._tick_s, self._stop_event = deployment, tick_s, stop
        self._on_notice, self._log, self._workspace = on_notice, log, workspace
        self.wake_up = threading.Event()

    def run(self) -> None:
        last = ""
        while True:
            try:
                for notice in check_alerts(self._deployment, workspace=self._workspace):
                    if self._on_notice is not None:
                        self._on_notice(notice)
                last = ""
            except AutomlMagicError as error:
                # A database that is unavailable for a while must not end the watch or fill the log.
                if error.what != last:
                    last = error.what
                    self._log(str(error))
            if self._stop_event.is_set():
                return
            self.wake_up.wait(self._tick_s)
            self.wake_up.clear()


def _check_window(
    deployment: str,
    check_window: Callable[[], object],
    log: Callable[[str], None],
    workspace: Workspace,
) -> None:
    try:
        check_window()
        observation = all_clear(deployment, AlertKind.MONITOR_FAILED, at=time.time())
    except AutomlMagicError as error:
        log(str(error))
        summary = f"{error.what} {error.why} {error.fix}"
        observation = event_observation(
            deployment, AlertKind.MONITOR_FAILED, "monitor", summary, at=time.time()
        )
    _record(deployment, observation, workspace)


def _record(deployment: str, observation: Observation, workspace: Workspace) -> None:
    with suppress(AutomlMagicError):  # the alert loop reports it
        record_observation(
            store_engine(workspace),
            load_monitor(deployment, workspace.home),
            observation,
            now=time.time(),
        )


def _retrain_if_asked(deployment: str, log: Callable[[str], None], workspace: Workspace) -> None:
    try:
        message = retrain_if_due(deployment, workspace=workspace)
    except AutomlMagicError as error:
        log(str(error))
    else:
        if message is not None:
            log(message)

"""Alerts: look at a deployment, tell whoever must know, and go on looking."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import AutomlMagicError, MonitorError, shorten
from automl_magic.store.opened import predicted, store
from automl_magic.workspace.places import home

if TYPE_CHECKING:
    from automl_magic.monitor.alerts.posting import Undelivered
    from automl_magic.monitor.alerts.silences import Silence
    from automl_magic.records.monitoring.alert import Alert, Channel, Notice
    from automl_magic.records.monitoring.drift import DriftReport

TICK_S = 10.0
LOGGER = logging.getLogger("automl_magic.watch")


@dataclass(frozen=True)
class Alerts:
    """What fires now, what is silenced, and which notices did not get through."""

    alerts: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    undelivered: tuple[Undelivered, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "alerts": [alert.to_json() for alert in self.alerts],
            "silences": [vars(one) for one in self.silences],
            "undelivered": [vars(one) for one in self.undelivered],
        }


def look(deployment: str, *, at: float | None = None) -> tuple[Notice, ...]:
    """Look at a deployment once: at its newest drift report, and at how it is served.

    What must be told is told, with what could not be delivered earlier. Any number of processes may
    look at once: what one has seen counts once, and each notice is sent by one of them.

    Parameters
    ----------
    at : float, optional
        The time, in seconds since 1970; now, if left out.

    Raises
    ------
    SpecError
        If the deployment's monitor file is not one.
    StoreError
    """
    from automl_magic.monitor.alerts import (
        deliver,
        monitor_of,
        observe,
        observe_approvals,
        observe_serving,
        observed_in,
    )

    at = time.time() if at is None else at
    monitor, engine = monitor_of(deployment), store()
    made: list[Notice] = []
    if (report := newest_report(deployment)) is not None:
        made += observe(engine, monitor, observed_in(report), at=at)
    serving = observe_serving(engine, predicted(), monitor, at=at)
    made += observe(engine, monitor, serving, at=at)
    waiting = observe_approvals(engine, deployment, at=at)
    made += observe(engine, monitor, waiting, at=at)
    deliver(engine, monitor, at=at)
    return tuple(made)


def newest_report(deployment: str) -> DriftReport | None:
    """Return the drift report of the newest window that was judged, if one was."""
    from sqlalchemy import select

    from automl_magic.records.monitoring.drift import DriftReport
    from automl_magic.store.engine import reading
    from automl_magic.store.tables import checks

    query = (
        select(checks.c.report)
        .where(checks.c.deployment == deployment)
        .order_by(checks.c.window_end.desc(), checks.c.id.desc())
        .limit(1)
    )
    with reading(store()) as connection:
        text = connection.execute(query).scalar_one_or_none()
    return None if text is None else DriftReport.from_json(json.loads(text))


def watch(
    deployment: str,
    judge: Callable[[], object],
    *,
    every_s: float | None = None,
    tick_s: float = TICK_S,
    on_notice: Callable[[Notice], None] | None = None,
    on_words: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
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
    """
    from automl_magic.monitor.alerts import monitor_of

    stop = threading.Event() if stop is None else stop
    say = on_words or LOGGER.info
    looking = _Looking(deployment, tick_s, stop, on_notice, say)
    every_s = monitor_of(deployment).every_s if every_s is None else every_s
    looking.start()
    try:
        while not stop.is_set():
            begun = time.monotonic()
            _judged(deployment, judge, say)
            looking.now.set()
            _retrain_if_asked(deployment, say)
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
    ) -> None:
        super().__init__(daemon=True, name=f"alerts of {deployment}")
        self._deployment, self._tick_s, self._stop_asked = deployment, tick_s, stop
        self._on_notice, self._say = on_notice, say
        self.now = threading.Event()

    def run(self) -> None:
        last = ""
        while True:
            try:
                for notice in look(self._deployment):
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


def _judged(deployment: str, judge: Callable[[], object], say: Callable[[str], None]) -> None:
    from automl_magic.monitor.alerts.observed import calm, event
    from automl_magic.records.monitoring.alert import AlertKind

    try:
        judge()
        seen = calm(deployment, AlertKind.MONITOR_FAILED, at=time.time())
    except AutomlMagicError as error:
        say(str(error))
        summary = f"{error.what} {error.why} {error.fix}"
        seen = event(deployment, AlertKind.MONITOR_FAILED, "monitor", summary, at=time.time())
    _note(deployment, seen)


def _note(deployment: str, seen: Any) -> None:
    from automl_magic.monitor.alerts import monitor_of, observe

    with suppress(AutomlMagicError):  # the next look says so
        observe(store(), monitor_of(deployment), seen, at=time.time())


def _retrain_if_asked(deployment: str, say: Callable[[str], None]) -> None:
    from automl_magic.flow.retraining import retrain_if_asked

    try:
        done = retrain_if_asked(deployment)
    except AutomlMagicError as error:
        say(str(error))
    else:
        if done is not None:
            say(done)


def alerts(deployment: str | None = None) -> Alerts:
    """Return what fires now, of one deployment or of all, the worst first.

    Raises
    ------
    StoreError
    """
    from automl_magic.monitor.alerts import alerts_of, silences_of, undelivered

    engine = store()
    return Alerts(
        alerts_of(engine, deployment),
        silences_of(engine, at=time.time()),
        undelivered(engine, deployment),
    )


def silence(key: str, for_s: float, reason: str = "") -> Silence:
    """Send no notices about an alert, a group of alerts or a deployment for a while.

    Raises
    ------
    MonitorError
        If there is no such alert, or the time is not from a second to 30 days.
    """
    from automl_magic.monitor import alerts as book
    from automl_magic.workspace.actor import actor

    return book.silence(store(), key, for_s=for_s, reason=reason, actor=actor(), at=time.time())


def try_channel(channel: str, deployment: str | None = None) -> Channel:
    """Send a notice that says that it is a test over a channel, at once, and return the channel.

    Parameters
    ----------
    deployment : str, optional
        In whose monitor file the channel stands; needed where it stands in several.

    Raises
    ------
    MonitorError
        If there is no such channel, or the notice was not taken.
    """
    from automl_magic.monitor.alerts.channels import Refused, send
    from automl_magic.records.monitoring.alert import AlertKind, AlertSeverity, AlertState, Notice

    found = _channels(deployment)
    here = {name: known[channel] for name, known in found.items() if channel in known}
    if len(here) != 1:
        names = sorted({name for known in found.values() for name in known})
        raise MonitorError(
            f"It is not clear which channel {channel[:60]!r} is meant.",
            why=f"It stands in the monitor files of {shorten(sorted(here))}."
            if here
            else f"The monitor files have {shorten(names) or 'no channels'}.",
            fix=f"automl alerts test {channel[:60]} --deployment NAME"
            if here
            else f"Add it to a file in {str(home() / 'monitors')!r}; see docs/howto/alerts.md.",
        )
    ((name, to),) = here.items()
    notice = Notice(
        deployment=name,
        group=f"{name}/test",
        kind=AlertKind.MONITOR_FAILED,
        state=AlertState.FIRING,
        severity=AlertSeverity.INFO,
        title=f"Test: {name}: notices arrive here",
        summaries=("Somebody typed `automl alerts test`. Nothing is wrong.",),
        n_alerts=1,
        next_steps=(),
        at=time.time(),
    )
    try:
        send(to, notice, notice_id=int(notice.at))
    except Refused as refused:
        raise MonitorError(
            f"The channel {channel!r} does not take notices.",
            why=str(refused),
            fix="Correct the channel in the monitor file.",
        ) from refused
    return to


def _channels(deployment: str | None) -> Mapping[str, Mapping[str, Channel]]:
    from automl_magic.monitor.alerts import monitor_of, read_monitor

    if deployment is not None:
        monitors = [monitor_of(deployment)]
    else:
        folder: Path = home() / "monitors"
        monitors = [read_monitor(path) for path in sorted(folder.glob("*.yaml"))]
    return {one.name: {channel.name: channel for channel in one.channels} for one in monitors}

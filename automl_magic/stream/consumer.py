"""consumer: the loop. Poll, score, commit; rebalances, retries and the end.

    broker ─poll→ messages ─score→ results, dead letters ─commit, with the positions→ effects

One thread does all of it. What is read and not committed is forgotten whenever partitions change
hands or something fails, and read again: nothing is lost by that, and nothing doubled, since the
position is a part of the effect. While effects cannot be made, the partitions are paused and the
group is still polled, so that this member is not thought dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from automl_magic.errors import StreamError
from automl_magic.stream.broker import refused, talking_to
from automl_magic.stream.effects import Batch, Effects, NotNow, Overtaken
from automl_magic.stream.messages import Message, Place
from automl_magic.stream.scorer import Scorer

MOST_MESSAGES = 500
POLL_S, FIRST_PAUSE_S, LONGEST_PAUSE_S, PATIENCE_S = 0.2, 0.1, 5.0, 300.0
SAY_S, LOOK_S = 1.0, 2.0

OnEvent = Callable[[dict[str, Any]], None]


@dataclass
class Counts:
    """What a stream came to. `again` counts batches that were given up and read again."""

    messages: int = 0
    results: int = 0
    dead_letters: int = 0
    rebalances: int = 0
    again: int = 0
    lag: int | None = None
    wall_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        per_s = self.messages / self.wall_s if self.wall_s else 0.0
        return {**vars(self), "wall_s": round(self.wall_s, 3), "messages_per_s": round(per_s, 1)}


class Stream:
    """A consumer with its scorer and its effects.

    Parameters
    ----------
    consumer
        As `broker.consumer_of` makes it; `run` closes it.
    scorer : Scorer or callable that returns one
        A callable is asked before each batch, so that a model may be replaced.
    until_end : bool
        Whether to stop when nothing is left to read.
    on_event : callable, optional
        Called with an event `stream` about once a second.
    """

    def __init__(
        self,
        consumer: Any,
        topic: str,
        scorer: Callable[[], Scorer],
        effects: Effects,
        *,
        brokers: str,
        until_end: bool = False,
        most_messages: int = MOST_MESSAGES,
        on_event: OnEvent | None = None,
    ) -> None:
        self._consumer, self._topic, self._brokers = consumer, topic, brokers
        self._scorer, self._effects = scorer, effects
        self._until_end, self._most, self._on_event = until_end, most_messages, on_event
        self.counts = Counts()
        # The next offset of each partition that is ours; None where none was ever committed.
        self._next: dict[Place, int | None] = {}
        self._ended: set[Place] = set()  # read to where the topic ends now
        self._hands = 0  # how often partitions have changed hands
        self._failed: Exception | None = None

    def run(self, stop: Callable[[], bool]) -> Counts:
        """Read until `stop` says so; what is under way then is still committed.

        Raises
        ------
        StreamError, StoreError
            If the broker or the store cannot be used any more; nothing half is left.
        """
        started, said_at = time.monotonic(), 0.0
        self._consumer.subscribe(
            [self._topic], on_assign=self._taken, on_revoke=self._given, on_lost=self._given
        )
        try:
            while not stop():
                messages = self._poll(POLL_S)
                if messages:
                    self._process(messages, stop)
                self.counts.wall_s = time.monotonic() - started
                if time.monotonic() - said_at >= SAY_S:
                    said_at = time.monotonic()
                    self._say()
                if self._until_end and self._is_at_end():
                    break
        finally:
            self._effects.close()
            self._consumer.close()  # the others need not wait until it is thought dead
        self.counts.wall_s = time.monotonic() - started
        self._say()
        return self.counts

    def _poll(self, timeout_s: float) -> list[Message]:
        with talking_to(self._brokers):
            found = self._consumer.consume(self._most, timeout_s)
        if self._failed is not None:
            raise self._failed
        messages = []
        for one in found:
            place = Place(one.topic(), one.partition())
            if (error := one.error()) is not None:
                self._check(error, place)
                continue
            kind, at_ms = one.timestamp()
            messages.append(
                Message(
                    place,
                    one.offset(),
                    one.key(),
                    one.value(),
                    tuple(one.headers() or ()),
                    at_ms / 1000 if kind else 0.0,
                )
            )
        # A partition may have changed hands while the messages were collected.
        return [one for one in messages if self._is_next(one)]

    def _is_next(self, message: Message) -> bool:
        if message.place not in self._next:
            return False
        position = self._next[message.place]
        return position is None or message.offset >= position

    def _check(self, error: Any, place: Place) -> None:
        if error.name() == "_PARTITION_EOF":
            self._ended.add(place)
            return
        if error.name() == "_AUTO_OFFSET_RESET":
            raise StreamError(
                f"Messages of {self._topic!r} are gone that were not read.",
                why=f"The broker no longer has the position that was committed: {error.str()}.",
                fix="Keep the topic longer (retention.ms), then begin under a new --group.",
            )
        if error.fatal() or not (error.retriable() or error.name().startswith("_")):
            raise refused(self._brokers, error)

    def _process(self, messages: Sequence[Message], stop: Callable[[], bool]) -> None:
        """Score some messages and make their effects happen, or leave all to be read again."""
        hands, before = self._hands, dict(self._next)
        after = {one.place: one.offset + 1 for one in messages}  # the last of each stands
        began, pause_s = time.monotonic(), FIRST_PAUSE_S
        while True:
            try:
                scored = self._scorer()(messages, self._effects.state)
                self._effects.commit(
                    Batch(scored, {place: before[place] for place in after}, after)
                )
            except NotNow as error:
                if time.monotonic() - began > PATIENCE_S or stop():
                    raise StreamError(
                        "The results cannot be written.",
                        why=f"After {time.monotonic() - began:,.0f} s: {str(error)[:200]}.",
                        fix="Look at the broker or the store; no result was lost, none is double.",
                    ) from error
                self._wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                if self._hands != hands:
                    self._again()
                    return
            except Overtaken:
                self._next.update(self._effects.positions(list(self._next)))
                self._again()
                return
            else:
                self._next.update({place: after[place] for place in after if place in self._next})
                self.counts.messages += len(messages)
                self.counts.results += len(scored.results)
                self.counts.dead_letters += len(scored.dead)
                return

    def _wait(self, seconds: float) -> None:
        """Wait, and stay a member of the group meanwhile; no message is read."""
        assigned = self._consumer.assignment()
        if assigned:
            self._consumer.pause(assigned)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            found = self._consumer.poll(left)
            if self._failed is not None:
                raise self._failed
            if found is not None and found.error() is None:
                self._hands += 1  # it was under way when the pause came; it has to be read again
        assigned = self._consumer.assignment()
        if assigned:
            self._consumer.resume(assigned)

    def _again(self) -> None:
        """Read again from what is committed."""
        self.counts.again += 1
        self._ended.clear()
        if self._next:
            self._consumer.assign(self._starts())

    def _taken(self, _: Any, partitions: Sequence[Any]) -> None:
        self._hands += 1
        self.counts.rebalances += 1
        places = [Place(one.topic, one.partition) for one in partitions]
        try:
            self._next = self._positions(places)
            self._ended.clear()
            self._consumer.assign(self._starts())
        except Exception as error:  # noqa: BLE001 - a callback of C has nobody who would hear it
            self._failed = error

    def _given(self, _: Any, partitions: Sequence[Any]) -> None:
        self._hands += 1
        for one in partitions:
            self._next.pop(Place(one.topic, one.partition), None)
            self._ended.discard(Place(one.topic, one.partition))

    def _positions(self, places: Sequence[Place]) -> dict[Place, int | None]:
        pause_s = FIRST_PAUSE_S
        end = time.monotonic() + 30.0
        while True:
            try:
                return self._effects.positions(places)
            except NotNow as error:
                if time.monotonic() > end:
                    raise StreamError(
                        "Nobody says how far the topic was read.",
                        why=f"{str(error)[:200]}.",
                        fix="Look at the broker; then start again.",
                    ) from error
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _starts(self) -> list[Any]:
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        return [
            TopicPartition(*place, OFFSET_BEGINNING if position is None else position)
            for place, position in self._next.items()
        ]

    def _is_at_end(self) -> bool:
        return bool(self._next) and self._ended >= self._next.keys()

    def _lag(self) -> int | None:
        from confluent_kafka import TopicPartition

        total = 0
        for place, position in self._next.items():
            low, end = self._consumer.get_watermark_offsets(TopicPartition(*place), cached=True)
            if end < 0:
                return None
            total += max(0, end - (max(low, 0) if position is None else position))
        return total if self._next else None

    def _say(self) -> None:
        if self._next:
            self.counts.lag = self._lag()
        if self._on_event is not None:
            self._on_event({"event": "stream", **self.counts.to_json()})

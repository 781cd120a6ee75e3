"""Results into the store: rows, dead letters, windows and positions in one transaction.

The position of each partition is compared with what this process believes before it is moved. So
whoever reads on although its partitions are another's by now changes nothing, whatever the broker
thinks; and the reading starts where the store says, not where the broker does.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from automl_magic.errors import StoreError
from automl_magic.store.engine import reading, writing
from automl_magic.store.tables import dead_letters, stream_offsets, stream_results, stream_state
from automl_magic.store.upsert import upsert
from automl_magic.stream.effects.base import Batch, Effects, NotNow, Overtaken
from automl_magic.stream.messages import Place
from automl_magic.stream.windows.declared import Windows
from automl_magic.stream.windows.state import NEWEST, Document, written

_SWEEP_S = 60.0  # between two looks for keys of which nothing was heard for long


class StoreEffects(Effects):
    """The store.

    Parameters
    ----------
    consumer : str
        Under which name rows and positions stand: the group's.
    windows : Windows or None
        How long the state of a key may matter.
    """

    def __init__(self, engine: Engine, consumer: str, windows: Windows | None = None) -> None:
        self._engine, self._consumer, self._windows = engine, consumer, windows
        self._swept_at = time.monotonic()

    def positions(self, places: Sequence[Place]) -> dict[Place, int | None]:
        table = stream_offsets
        mine = table.c.consumer == self._consumer
        with _judged(), reading(self._engine) as connection:
            found = {
                Place(row.topic, row.partition): int(row.next_offset)
                for row in connection.execute(select(table).where(mine))
            }
        return {place: found.get(place) for place in places}

    def state(self, place: Place, key: str) -> Document | None:
        table = stream_state
        with _judged(), reading(self._engine) as connection:
            text = connection.scalar(
                select(table.c.document).where(
                    table.c.consumer == self._consumer,
                    table.c.topic == place.topic,
                    table.c.partition == place.partition,
                    table.c.key == key,
                )
            )
        return None if text is None else json.loads(text)

    def commit(self, batch: Batch) -> None:
        with _judged(), writing(self._engine) as connection:
            # In one order, so that two processes cannot wait for each other.
            for place, after in sorted(batch.after.items()):
                self._move(connection, place, batch.before[place], after)
            self._put(connection, batch)

    def _move(self, connection: Connection, place: Place, before: int | None, after: int) -> None:
        key = {"consumer": self._consumer, "topic": place.topic, "partition": place.partition}
        if before is None:
            connection.execute(insert(stream_offsets).values(**key, next_offset=after))
            return
        table = stream_offsets.c
        moved = connection.execute(
            update(stream_offsets)
            .where(
                table.consumer == self._consumer,
                table.topic == place.topic,
                table.partition == place.partition,
                table.next_offset == before,
            )
            .values(next_offset=after)
        )
        if moved.rowcount != 1:
            raise Overtaken(f"{place.topic}/{place.partition} is no longer at {before}.")

    def _put(self, connection: Connection, batch: Batch) -> None:
        now, scored = time.time(), batch.scored
        results = [
            {
                **self._place(result.message.place),
                "offset": result.message.offset,
                "key": result.message.key,
                "result": json.dumps(
                    {"id": result.id, "version": result.version, **result.document}
                ),
                "at": now,
            }
            for result in scored.results
        ]
        dead = [
            {
                **self._place(letter.message.place),
                "offset": letter.message.offset,
                "key": letter.message.key,
                "value": letter.message.value,
                "error": letter.error[:2_000],
                "attempts": letter.attempts,
                "at": now,
            }
            for letter in scored.dead
        ]
        if results:
            connection.execute(insert(stream_results), results)
        if dead:
            connection.execute(insert(dead_letters), dead)
        states = [
            {**self._place(place), "key": key, "document": written(document), "at": document["at"]}
            for (place, key), document in scored.states.items()
        ]
        upsert(connection, stream_state, states)
        if self._windows is not None and time.monotonic() - self._swept_at >= _SWEEP_S:
            self._sweep(connection, self._windows, batch)

    def _sweep(self, connection: Connection, windows: Windows, batch: Batch) -> None:
        """Forget keys whose last message can be in no window any more."""
        self._swept_at = time.monotonic()
        table = stream_state.c
        for place, newest in batch.scored.newest.items():
            connection.execute(
                delete(stream_state).where(
                    table.consumer == self._consumer,
                    table.topic == place.topic,
                    table.partition == place.partition,
                    table.key != NEWEST,
                    table.at <= newest - windows.longest_s,
                )
            )

    def _place(self, place: Place) -> dict[str, str | int]:
        return {"consumer": self._consumer, "topic": place.topic, "partition": place.partition}


@contextlib.contextmanager
def _judged() -> Iterator[None]:
    """Tell what another process did, and what passes, from what somebody has to mend."""
    try:
        yield
    except StoreError as error:
        if isinstance(error.__cause__, IntegrityError):
            # Somebody else has inserted the first position, or the result itself.
            raise Overtaken(str(error.__cause__.orig)) from error
        if isinstance(error.__cause__, OperationalError):
            raise NotNow(error.why) from error
        raise

"""Rows that arrive together are answered together, and nobody's trouble is another's."""

import asyncio
import time

import pytest

from automl_magic.recipe.families import RowPrediction
from automl_magic.recipe.instance_validator import ValidatedInstance
from automl_magic_serving.runtime import Batcher, QueueFull


class Counted:
    """A model whose answers are what it was asked; it notes its calls, and may be slow."""

    def __init__(self, row_s=0.001, call_s=0.0):
        self.row_s, self.call_s = row_s, call_s
        self.calls = []

    def estimate_seconds(self, n):
        return self.row_s * n

    def predict(self, rows):
        self.calls.append(len(rows))
        time.sleep(self.call_s)
        if any(row.values[0] == "poison" for row in rows):
            raise ValueError("no such thing")
        return [RowPrediction(row.values[0], None) for row in rows]


def row(value):
    return ValidatedInstance(("x",), (value,), {})


def run(scenario):
    return asyncio.run(asyncio.wait_for(scenario, 20))


def test_rows_of_one_turn_share_a_call():
    model = Counted(row_s=0.000_15)

    async def scenario():
        batcher = Batcher(model)
        tasks = [batcher.submit([row(i), row(-i)]) for i in range(5)]
        predictions = await asyncio.gather(*tasks)
        await batcher.close()
        return predictions

    predictions = run(scenario())
    assert [[one.prediction for one in some] for some in predictions] == [[i, -i] for i in range(5)]
    assert model.calls == [10]


def test_a_quick_model_is_never_waited_for():
    model = Counted(row_s=0.000_01)

    async def scenario():
        batcher = Batcher(model)
        question = batcher.submit([row(1)])
        with pytest.raises(StopIteration) as done:  # it ends without the loop's help
            question.send(None)
        return done.value.value

    assert run(scenario()) == [RowPrediction(1, None)]
    assert model.calls == [1]


def test_what_takes_long_leaves_the_loop_alone():
    model = Counted(row_s=0.05, call_s=0.3)

    async def scenario():
        batcher = Batcher(model)
        tasks = asyncio.ensure_future(batcher.submit([row(1)]))
        turns = 0
        while not tasks.done():
            await asyncio.sleep(0.005)
            turns += 1
        await batcher.close()
        return turns

    assert run(scenario()) > 5


def test_what_arrives_while_the_thread_works_is_the_next_batch():
    model = Counted(row_s=0.05, call_s=0.1)

    async def scenario():
        batcher = Batcher(model)
        first = asyncio.ensure_future(batcher.submit([row(0)]))
        await asyncio.sleep(0.03)
        others = [asyncio.ensure_future(batcher.submit([row(i)])) for i in range(1, 6)]
        predictions = await asyncio.gather(first, *others)
        await batcher.close()
        return [one.prediction for some in predictions for one in some]

    assert run(scenario()) == list(range(6))
    assert model.calls == [1, 5]


def test_the_trouble_of_one_row_is_its_own():
    model = Counted(row_s=0.000_15)

    async def scenario():
        batcher = Batcher(model)
        tasks = [batcher.submit([row(value)]) for value in ("a", "poison", "b")]
        predictions = await asyncio.gather(*tasks, return_exceptions=True)
        await batcher.close()
        return predictions

    first, second, third = run(scenario())
    assert (first, third) == ([RowPrediction("a", None)], [RowPrediction("b", None)])
    assert isinstance(second, ValueError)


def test_who_no_longer_waits_disturbs_nobody_and_is_not_computed():
    model = Counted(row_s=0.05, call_s=0.1)

    async def scenario():
        batcher = Batcher(model)
        tasks = [asyncio.ensure_future(batcher.submit([row(i)])) for i in range(4)]
        await asyncio.sleep(0.03)  # the thread has all four
        tasks[1].cancel()
        late = [asyncio.ensure_future(batcher.submit([row(i)])) for i in (7, 8)]
        await asyncio.sleep(0)
        late[0].cancel()
        predictions = await asyncio.gather(*tasks, *late, return_exceptions=True)
        await batcher.close()
        return predictions, batcher.waiting

    predictions, waiting = run(scenario())
    assert isinstance(predictions[1], asyncio.CancelledError)
    assert [predictions[i][0].prediction for i in (0, 2, 3, 5)] == [0, 2, 3, 8]
    assert model.calls == [4, 1]
    assert waiting == 0


def test_a_full_queue_says_when_to_come_again():
    model = Counted(row_s=0.05, call_s=0.2)

    async def scenario():
        batcher = Batcher(model, queue=3)
        first = asyncio.ensure_future(batcher.submit([row(0)]))
        await asyncio.sleep(0.05)
        waiting = [asyncio.ensure_future(batcher.submit([row(i)])) for i in (1, 2, 3)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull) as caught:
            await batcher.submit([row(4)])
        predictions = await asyncio.gather(first, *waiting)
        again = await batcher.submit([row(5)])
        await batcher.close()
        return caught.value, predictions, again

    busy, predictions, again = run(scenario())
    assert busy.retry_after_s > 0
    assert busy.why == "3 rows are waiting. The limit is 3."
    assert [some[0].prediction for some in predictions] == [0, 1, 2, 3]
    assert again == [RowPrediction(5, None)]


def test_a_real_model_answers_the_same_in_batches(served_for, new, instance_of, allow_all):
    model = served_for("binary")
    names = [column.name for column in model.schema.columns]
    readable = {"price": None, "note": "red wine"}
    parsed = [
        model.parse(
            {**instance_of(one, names), **{n: v for n, v in readable.items() if n in names}},
            allow_all,
        )
        for one in new.to_dict("records")
    ]

    async def scenario():
        batcher = Batcher(model)
        predictions = await asyncio.gather(*(batcher.submit([one]) for one in parsed))
        await batcher.close()
        return [one for some in predictions for one in some]

    alone = [model.predict([one])[0] for one in parsed]
    for one, other in zip(run(scenario()), alone, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)

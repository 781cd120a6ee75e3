import numpy as np
import pytest

from automl_magic.learn.losses import blend_losses
from automl_magic.recipe.combine import Blend, blend_predictions
from automl_magic.tasks.metrics import METRICS, score


def shares(k, n=500, trials=3):
    random = np.random.default_rng(0)
    return random.integers(0, k, n), random.dirichlet(np.ones(k), size=(trials, n))


@pytest.mark.parametrize("metric", [name for name, m in METRICS.items() if m.needs == "values"])
def test_losses_of_means_of_values_order_them_as_the_metric_does(metric):
    random = np.random.default_rng(0)
    y = random.uniform(1, 2, 500)
    predictions = y + random.normal(scale=[[0.1], [0.2], [0.3]], size=(3, 500))
    losses = blend_losses(METRICS[metric], y, predictions, Blend.MEAN, seed=0)

    found = losses.measure(losses.parts, losses.y)

    expected = [METRICS[metric].loss(score(metric, y, one)) for one in predictions]
    assert np.argsort(found).tolist() == np.argsort(expected).tolist()


@pytest.mark.parametrize("k", [2, 4])
def test_losses_of_geometric_means_are_their_log_loss(k):
    y, predictions = shares(k)
    losses = blend_losses(METRICS["accuracy"], y, predictions, Blend.GEOMETRIC, seed=0)

    found = losses.measure(losses.parts.mean(axis=0)[None], losses.y)

    blend = blend_predictions(Blend.GEOMETRIC, [1 / 3] * 3, list(predictions))
    np.testing.assert_allclose(found, [score("log_loss", y, blend)], rtol=1e-12)


def test_many_rows_are_drawn_once():
    y, predictions = shares(2, n=50_000, trials=40)

    losses = blend_losses(METRICS["log_loss"], y, list(predictions), Blend.GEOMETRIC, seed=0)

    assert losses.parts.shape == (40, 10_000, 1)


def test_losses_of_geometric_means_of_many_rows_are_the_areas_above_their_roc_curves():
    y, predictions = shares(2, n=3_000)
    predictions[0] = predictions[0].round(1)  # ties
    losses = blend_losses(METRICS["roc_auc"], y, predictions, Blend.GEOMETRIC, seed=0)

    found = losses.measure(losses.parts, losses.y)

    expected = [1 - score("roc_auc", y, one) for one in predictions]
    np.testing.assert_allclose(found, expected, rtol=1e-3)

"""Sections on unseen rows: curves, costs, calibration and residuals."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from automl_magic import explain


def test_the_holdout_is_taken_where_it_is_large_enough(make_search):
    large = make_search("regression", n_rows=5_000).subject()
    small = make_search("regression").subject()

    assert large.unseen.source == "holdout"
    assert large.unseen_record.score.rows == 1249
    assert set(large.unseen.train_rows) & set(large.unseen.test_rows) == set()
    assert small.unseen.source == "out_of_fold"
    assert "the holdout has only 149 rows" in small.unseen.in_words
    assert set(small.unseen.train_rows) & set(small.unseen.test_rows) == set()


def test_a_curve_has_the_area_that_scikit_learn_says_and_few_points(binary):
    subject = binary.subject()

    explain.curves(subject)

    (one,) = subject.sections["curves"].classes
    wanted = roc_auc_score(subject.unseen.y, subject.unseen.predicted[:, 1])
    assert one.roc.auc.value == pytest.approx(wanted, abs=1e-5)
    assert one.roc.auc.low < wanted < one.roc.auc.high
    assert len(one.roc.fpr) == len(one.roc.tpr) == len(one.roc.thresholds) <= 200
    assert list(one.roc.thresholds) == sorted(one.roc.thresholds, reverse=True)
    recall = one.precision_recall.recall
    assert (recall[0], recall[-1]) == (0.0, 1.0)
    assert list(recall) == sorted(recall)


def test_the_counts_at_a_threshold_are_those_of_the_rows(binary):
    subject = binary.subject()
    explain.thresholds(subject, cost_false_positive=1.0, cost_false_negative=5.0)
    found = subject.sections["thresholds"]

    for i in (0, 17, 50, len(found.thresholds) - 1):
        said = subject.unseen.predicted[:, 1] >= found.thresholds[i]
        wanted = confusion_matrix(subject.unseen.y, said, labels=[0, 1]).ravel().tolist()
        assert wanted == [
            found.true_negatives[i],
            found.false_positives[i],
            found.false_negatives[i],
            found.true_positives[i],
        ]
        cost = (wanted[1] + 5 * wanted[2]) / found.rows
        assert found.cost_per_row[i] == pytest.approx(cost, abs=1e-5)
    assert found.cheapest_cost_per_row == min(found.cost_per_row)
    assert found.cheapest < 0.5
    assert found.costs_were_given
    assert len(found.thresholds) <= 200


def test_costs_default_to_one_with_a_note(binary):
    subject = binary.subject()

    shown = explain.thresholds(subject)

    found = subject.sections["thresholds"]
    assert (found.cost_false_positive, found.cost_false_negative) == (1.0, 1.0)
    assert not found.costs_were_given
    assert "The experiment sets no costs" in repr(shown)


def test_a_confusion_matrix_counts_every_row(make_search):
    subject = make_search("multiclass").subject()

    explain.confusion(subject)

    found = subject.sections["confusion"]
    assert np.sum(found.counts) + found.other == len(subject.unseen.y)
    assert found.outputs == (0, 1, 2)


def test_uncalibrated_probabilities_have_a_large_error(binary):
    honest, liar = binary.subject(), binary.subject()
    odds = honest.unseen.predicted[:, 1] ** 4
    liar.unseen.predicted[:] = np.column_stack([1 - odds, odds])

    explain.calibration(honest)
    explain.calibration(liar)

    good, bad = (one.sections["calibration"] for one in (honest, liar))
    assert bad.ece.low > good.ece.high
    assert bad.brier.value > good.brier.value
    assert sum(one.rows for one in good.bins) == good.rows
    for one in good.bins:
        assert one.observed_low <= one.observed <= one.observed_high


def test_the_top_label_of_many_classes_is_calibrated(make_search):
    subject = make_search("multiclass").subject()

    explain.calibration(subject)

    found = subject.sections["calibration"]
    assert found.of == "the probability of the predicted class"
    assert 0 < found.brier.value < found.brier_of_shares


def test_residuals_are_truth_minus_prediction(make_search):
    subject = make_search("regression").subject()
    explain.residuals(subject)
    found, off = subject.sections["residuals"], subject.unseen.y - subject.unseen.predicted

    assert found.mean.value == pytest.approx(off.mean(), rel=1e-4)
    assert found.root_mean_square.value == pytest.approx(np.sqrt(np.mean(off**2)), rel=1e-4)
    assert sum(found.counts) == len(off)
    assert sum(one.rows for one in found.deciles) == len(off)
    first = found.point_rows[0]
    assert found.points_true[0] == pytest.approx(
        float(subject.frame["regression"].iloc[first]), rel=1e-4
    )


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("regression", "curves", "A regression has no probabilities to rank rows by."),
        ("regression", "confusion", "A regression predicts no classes."),
        ("multiclass", "thresholds", "Only binary classification has a threshold."),
        ("binary", "residuals", "A classification has no residuals"),
        ("binary", "fairness", "The experiment has no sensitive columns"),
    ],
)
def test_sections_that_do_not_apply_are_skipped_with_a_reason(kind, name, why, make_search):
    subject = make_search(kind).subject()

    shown = getattr(explain, name)(subject)

    assert name not in subject.sections
    assert subject.skipped[name].why.startswith(why)
    assert repr(shown).startswith(f"Skipped: {why}")

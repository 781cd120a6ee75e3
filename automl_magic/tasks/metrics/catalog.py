"""The metrics by name, the usual one of each task, and what to say about a wrong name."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.errors import MetricDoesNotFit, UnknownMetric, near_miss
from automl_magic.records import Answer, Decision, DecisionKind, Metric, TaskKind
from automl_magic.records.families import families, family_of, kinds
from automl_magic.tasks.metrics.measured import brought_by

_TWO_CLASSES = (Answer.TWO_CLASSES,)
_SEVERAL_CLASSES = (Answer.CLASSES,)
_CLASSES = (Answer.TWO_CLASSES, Answer.CLASSES)
_NUMBER = (Answer.NUMBER,)


# Every other metric is 0 at the least.
_LOWEST = {"matthews_corrcoef": -1.0, "r2": None}


def _metric(name: str, better: str, needs: str, fits: tuple[Answer, ...], words: str) -> Metric:
    high = better == "high"
    return Metric(
        name=name,
        higher_is_better=high,
        needs=needs,
        fits=fits,
        in_words=words,
        lowest=_LOWEST.get(name, 0.0),
        highest=1.0 if high else None,
    )


class _Metrics(dict[str, Metric]):
    """Ours by name. One that is asked for and is not ours may be a family's."""

    def __missing__(self, name: str) -> Metric:
        return brought_by(families())[name].metric


METRICS: dict[str, Metric] = _Metrics(
    (metric.name, metric)
    for metric in (
        _metric(
            "roc_auc",
            "high",
            "probabilities",
            _TWO_CLASSES,
            "How often a random positive row is ranked above a random negative one: "
            "0.5 is chance, 1 is perfect.",
        ),
        _metric(
            "average_precision",
            "high",
            "probabilities",
            _TWO_CLASSES,
            "The precision averaged over all thresholds, weighted by the gain in recall: "
            "the share of positives is chance, 1 is perfect.",
        ),
        _metric(
            "f1",
            "high",
            "labels",
            _TWO_CLASSES,
            "The harmonic mean of precision and recall of the positive class: 1 is perfect.",
        ),
        _metric(
            "precision",
            "high",
            "labels",
            _TWO_CLASSES,
            "Of the rows predicted positive, the share that is positive.",
        ),
        _metric(
            "recall",
            "high",
            "labels",
            _TWO_CLASSES,
            "Of the positive rows, the share that is predicted positive.",
        ),
        _metric(
            "roc_auc_ovr",
            "high",
            "probabilities",
            _SEVERAL_CLASSES,
            "The area under the ROC curve of each class against the rest, averaged over classes.",
        ),
        _metric(
            "log_loss",
            "low",
            "probabilities",
            _CLASSES,
            "How surprised the predicted probabilities are by the true classes: 0 is perfect, "
            "and a confident mistake costs much.",
        ),
        _metric(
            "brier",
            "low",
            "probabilities",
            _CLASSES,
            "The mean squared distance between predicted probabilities and what happened: "
            "0 is perfect.",
        ),
        _metric(
            "accuracy", "high", "labels", _CLASSES, "The share of rows whose class is predicted."
        ),
        _metric(
            "balanced_accuracy",
            "high",
            "labels",
            _CLASSES,
            "The recall averaged over classes, so that a rare class counts as much as a "
            "frequent one.",
        ),
        _metric(
            "matthews_corrcoef",
            "high",
            "labels",
            _CLASSES,
            "The correlation between true and predicted classes: 0 is chance, 1 is perfect.",
        ),
        _metric(
            "f1_macro",
            "high",
            "labels",
            _SEVERAL_CLASSES,
            "The F1 score of each class, averaged so that a rare class counts as much as a "
            "frequent one.",
        ),
        _metric(
            "f1_weighted",
            "high",
            "labels",
            _SEVERAL_CLASSES,
            "The F1 score of each class, averaged by how frequent the class is.",
        ),
        _metric(
            "rmse",
            "low",
            "values",
            _NUMBER,
            "The root of the mean squared error, in the target's own unit; large errors weigh "
            "most.",
        ),
        _metric("mse", "low", "values", _NUMBER, "The mean squared error."),
        _metric(
            "mae",
            "low",
            "values",
            _NUMBER,
            "The mean absolute error, in the target's own unit: every error weighs by its size.",
        ),
        _metric(
            "median_absolute_error",
            "low",
            "values",
            _NUMBER,
            "Half of the errors are smaller than this, in the target's own unit.",
        ),
        _metric(
            "r2",
            "high",
            "values",
            _NUMBER,
            "The share of the target's variance that is explained: 0 is predicting the mean, "
            "1 is perfect.",
        ),
        _metric(
            "mape",
            "low",
            "values",
            _NUMBER,
            "The mean error as a fraction of the true value; not for targets near 0.",
        ),
        _metric(
            "rmsle",
            "low",
            "values",
            _NUMBER,
            "The root mean squared error of log(1 + value): errors count as ratios. The target "
            "may not be negative; a prediction below 0 counts as 0.",
        ),
    )
)

# What people and libraries also call them. Not accepted (a file should say one name), but named
# in the error's last line.
_OTHER_NAMES = {
    "auc": "roc_auc",
    "roc": "roc_auc",
    "rocauc": "roc_auc",
    "auprc": "average_precision",
    "pr_auc": "average_precision",
    "logloss": "log_loss",
    "neg_log_loss": "log_loss",
    "cross_entropy": "log_loss",
    "brier_score": "brier",
    "neg_brier_score": "brier",
    "acc": "accuracy",
    "mcc": "matthews_corrcoef",
    "root_mean_squared_error": "rmse",
    "neg_root_mean_squared_error": "rmse",
    "mean_squared_error": "mse",
    "neg_mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "neg_mean_absolute_error": "mae",
    "neg_median_absolute_error": "median_absolute_error",
    "mean_absolute_percentage_error": "mape",
    "neg_mean_absolute_percentage_error": "mape",
    "root_mean_squared_log_error": "rmsle",
    "neg_root_mean_squared_log_error": "rmsle",
    "r_squared": "r2",
}
_COUSINS = {
    (Answer.CLASSES, "roc_auc"): "roc_auc_ovr",
    (Answer.CLASSES, "f1"): "f1_macro",
    (Answer.TWO_CLASSES, "roc_auc_ovr"): "roc_auc",
    (Answer.TWO_CLASSES, "f1_macro"): "f1",
    (Answer.TWO_CLASSES, "f1_weighted"): "f1",
}


def metrics_for(kind: TaskKind) -> tuple[str, ...]:
    """Return the names of the metrics that can score this kind of task; its family's come last."""
    ours = (name for name, metric in METRICS.items() if kind.answer in metric.fits)
    return (*ours, *brought_by([family_of(kind)]))


def find_metric(name: str, kind: TaskKind) -> Metric:
    """Return the metric of this name.

    Raises
    ------
    UnknownMetric
        If no metric has this name; the near miss is offered.
    MetricDoesNotFit
        If the metric cannot score this kind of task.
    """
    fitting = metrics_for(kind)
    if name not in METRICS and name not in fitting:
        close = _OTHER_NAMES.get(name.lower()) or near_miss(name, {*METRICS, *fitting})
        raise UnknownMetric(
            f"No metric is called {name!r}.",
            why=f"The metrics for {kind} tasks are {', '.join(fitting)}.",
            fix=f"Use --metric {close}." if close else "Use one of these names with --metric.",
        )
    if name not in fitting:
        usual = _COUSINS.get((kind.answer, name)) or default_metric(kind).choice
        fits = " and ".join(one for one in kinds() if one.answer in METRICS[name].fits)
        raise MetricDoesNotFit(
            f"The metric {name!r} cannot score a {kind} task.",
            why=f"It scores {fits} tasks. For {kind} there are {', '.join(fitting)}.",
            fix=f"Use --metric {usual}.",
        )
    return METRICS[name]


def default_metric(kind: TaskKind, class_counts: Sequence[int] = ()) -> Decision:
    """Choose the metric for a task that names none. `class_counts` is evidence, not a condition."""
    evidence = {"class_counts": list(class_counts[:20])} if class_counts else {}
    if kind.answer is Answer.TWO_CLASSES:
        return Decision(
            about=DecisionKind.METRIC,
            choice="roc_auc",
            why="It judges how well rows are ranked at every threshold, so neither a rare class "
            "nor an undecided cost of mistakes can mislead it.",
            evidence=evidence,
            rejected=(
                "accuracy: with a rare class, predicting the frequent one always looks good",
                "f1: it depends on one threshold, which is a business decision",
            ),
        )
    if kind.answer is Answer.CLASSES:
        return Decision(
            about=DecisionKind.METRIC,
            choice="log_loss",
            why="It judges the probabilities of all classes at once and punishes confident "
            "mistakes.",
            evidence=evidence,
            rejected=("accuracy: it cannot tell a near miss from a wild guess",),
        )
    return Decision(
        about=DecisionKind.METRIC,
        choice="rmse",
        why="It has the target's own unit, and what minimises it is the mean.",
        rejected=(
            "mae: what minimises it is the median, which hides rare large values",
            "mape: it breaks down for targets near 0",
        ),
    )

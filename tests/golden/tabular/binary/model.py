# %% [markdown] id="title" tags=["automl:title"]
# # Model
#
# This notebook trains one model, scores it on unseen rows, and retrains it on all rows. It needs only
# the packages in the next cell. Change anything you like.


# %% id="requirements" tags=["automl:requirements"]
requirements = [
    "catboost==1.0.0",
    "lightgbm==2.0.0",
    "numpy==3.0.0",
    "pandas==4.0.0",
    "scikit-learn==7.0.0",
    "threadpoolctl==9.0.0",
]
# The score was computed with these versions. To install them, uncomment the next line.
# %pip install {" ".join(requirements)}


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_path = "data/customers.csv"


# %% id="load" tags=["automl:load"]
import pandas as pd

table = pd.read_csv(
    data_path,
    sep=",",
    encoding="utf-8",
    float_precision="round_trip",
    low_memory=False,
)
table.head()


# %% [markdown] id="about-data" tags=["automl:about-data"]
# ## Data
#
# Values are read the same way whatever their storage type: `1`, `1.0` and `"1"` are one category, and
# `"$1,200"` is a number.


# %% id="values" tags=["automl:values"]
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd

MAX_MAGNITUDE = float(np.finfo("float32").max)  # larger numbers count as missing


UNITS, SPACES = "$€£¥₹₽₩₺₴₫₪฿¢%", " \u00a0\u2007\u2009\u202f"


def number_pattern(decimal, thousands):
    """The texts that are numbers, such as 1,234.5, -$3, 50 % and (56.00)."""
    point, integer = re.escape(decimal), "[0-9]+"
    if thousands:
        separator = {" ": f"[{SPACES}]", "'": "['\u2019]"}.get(thousands, re.escape(thousands))
        groups = rf"[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+"
        if thousands == ",":
            groups += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # 1,23,456, as in India
        integer = f"(?:{groups}|[0-9]+)"
    digits = rf"(?:{integer}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    before, after = f"(?:[{UNITS}][{SPACES}]*)?", f"(?:[{SPACES}]*[{UNITS}])?"
    signed = rf"(?:[-+]?{before}|{before}[-+]?){digits}{after}"
    negative = rf"{before}\([{SPACES}]*{before}{digits}{after}[{SPACES}]*\){after}"
    return re.compile(f"{signed}|{negative}")


def as_numbers(column, parse=None):
    """A column as float64, NaN if not a number. `parse` gives the decimal and thousands signs.

    Time differences are seconds.
    """
    decimal, thousands = (parse or {}).get("decimal", "."), (parse or {}).get("thousands", "")
    pattern = number_pattern(decimal, thousands)
    dropped = "'\u2019" if thousands == "'" else thousands

    def read(value):
        if isinstance(value, str):
            text = value.strip().replace("\u2212", "-")
            if not pattern.fullmatch(text):
                return np.nan
            digits = "".join(c for c in text if c not in UNITS + SPACES + "()" + dropped)
            number = float(digits.replace(decimal, "."))
            return -number if "(" in text else number  # as in accounting
        if isinstance(value, timedelta):
            return value // timedelta(microseconds=1) / 1e6
        try:
            is_number = isinstance(value, (int, float, Decimal, np.number, np.bool_))
            return float(value) if is_number else np.nan
        except (OverflowError, ValueError):
            return np.nan

    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy("float64", na_value=np.nan)
    else:
        numbers = np.array([read(value) for value in column], dtype="float64")
    return np.where(np.abs(numbers) <= MAX_MAGNITUDE, numbers, np.nan)


def as_text(column):
    """A column as a list of texts, None if missing. 1, 1.0 and "1" are the same text."""

    def read(value):
        if value is None or value is pd.NA or value is pd.NaT or isinstance(value, str):
            return value if isinstance(value, str) else None
        if isinstance(value, (bool, np.bool_)):
            return "True" if value else "False"
        if isinstance(value, (int, np.integer)):
            return str(int(value))
        is_decimal = isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 76
        if is_decimal and value == value.to_integral_value():
            return str(int(value))  # with all digits
        if isinstance(value, (float, np.floating, Decimal, timedelta)):
            number = float(as_numbers([value])[0] if isinstance(value, timedelta) else value)
            is_integer = abs(number) < 2**53 and number.is_integer()
            return None if np.isnan(number) else str(int(number)) if is_integer else repr(number)
        if isinstance(value, date):
            parsed = as_date(value)
            return None if parsed is None else parsed.isoformat()
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    return [read(value) for value in column]


def as_booleans(column, true, false):
    """A yes/no column as 1.0 and 0.0, NaN if missing. `false` None: any text but `true` is no."""
    means_true = {"1", "1.0", "on", "positive", "t", "true", "y", "yes"}
    means_false = {"0", "0.0", "off", "negative", "f", "false", "n", "no"}
    codes = {true: 1.0, **({} if false is None else {false: 0.0})}
    if false is not None:
        folded = {text.strip().lower(): code for text, code in codes.items()}
        if folded.keys() & means_true and folded.keys() & means_false:  # so 1, TRUE and yes agree
            folded |= {**dict.fromkeys(means_true, 1.0), **dict.fromkeys(means_false, 0.0)}

    def read(text):
        if text is None or text in codes or false is None:
            return np.nan if text is None else codes.get(text, 0.0)
        return folded.get(text.strip().lower(), np.nan) if len(folded) > 1 else np.nan

    return np.array([read(text) for text in as_text(column)], dtype="float64")


def as_dates(column, date_format=None):
    """A column as datetime64[us] in UTC, NaT if not a date. Text is ISO 8601 or `date_format`."""
    if pd.api.types.is_datetime64_any_dtype(column):
        dates = column.to_numpy(dtype="datetime64[us]")
        in_range = (dates >= np.datetime64("0001-01-01")) & (dates < np.datetime64("10000-01-01"))
        return np.where(in_range, dates, np.datetime64("NaT"))
    return np.array([as_date(value, date_format) for value in column], dtype="datetime64[us]")


def as_date(value, date_format=None):
    """One value as a naive datetime in UTC, or None."""
    if date_format and not isinstance(value, (str, date)):
        (value,) = as_text([value])  # 20240131 by %Y%m%d
    try:
        if isinstance(value, str):
            value = parse_date(value.strip(), date_format)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime) or value is pd.NaT:
            return None
        value = value.astimezone(timezone.utc) if value.tzinfo else value
        return datetime(*value.timetuple()[:6], value.microsecond)
    except (ValueError, OverflowError, NotImplementedError):
        return None


def parse_date(text, date_format):
    """The date in a text: by the format, or ISO 8601, which is never ambiguous."""
    if date_format:
        try:
            if "%f" in date_format:  # no more than six decimals of a second
                return datetime.strptime(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text), date_format)
            return datetime.strptime(text, date_format)
        except ValueError:
            if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", text):
                raise
    return datetime.fromisoformat(text)


def fill_and_scale(train_values, values, fill, scale):
    """Fill missing values with the training median; scale by the training mean and deviation."""
    empty = np.isnan(train_values).all()
    if fill == "median":
        median = 0.0 if empty else np.nanmedian(train_values)
        train_values = np.where(np.isnan(train_values), median, train_values)
        values = np.where(np.isnan(values), median, values)
    if scale and not np.isnan(train_values).all():
        values = (values - np.nanmean(train_values)) / (np.nanstd(train_values) or 1.0)
    return values


# %% id="check" tags=["automl:check"]
# Stop if a column isn't written as in the table that this notebook was made from.
for name, kind, rule in [["age", "number", None]]:
    if kind == "number":
        is_unread, valid = np.isnan(as_numbers(table[name], rule)), "numbers"
        is_unread &= not pd.api.types.is_numeric_dtype(table[name])  # infinity counts as missing
    elif kind == "boolean":
        is_unread, valid = np.isnan(as_booleans(table[name], *rule)), " or ".join(rule)
    elif kind == "label":
        is_rounded = [isinstance(value, float) and abs(value) >= 2**53 for value in table[name]]
        is_unread, valid = np.array(is_rounded), "codes with all their digits"
    else:
        is_unread, valid = np.isnat(as_dates(table[name], rule)), f"dates like {rule or 'ISO 8601'}"
    values = table[name][is_unread & table[name].notna()]
    unread = [value for value in values if str(value).strip()]
    if len(unread) > max(3, len(table) / 10):
        raise ValueError(
            f"Column {name!r}: {len(unread)} of {len(table)} values aren't {valid}, such as "
            f"{unread[0]!r}. Write them as in the table that this notebook was made from."
        )


# %% id="target" tags=["automl:target"]
target = "churn"
classes = ["no", "yes"]

# Drop the rows without a target.
table = table[table[target].notna()].reset_index(drop=True)
codes = {text: code for code, text in enumerate(as_text(classes))}
y = np.array([codes[text] for text in as_text(table[target])])


# %% id="split" tags=["automl:split"]
from sklearn.model_selection import train_test_split

# Hold out rows for the final score, stratified by class.
holdout_share = 0.25
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    # Classes too rare for one holdout row share a stratum.
    counts = np.bincount(y)
    strata = np.where((counts * holdout_share < 1)[y], -1, y)
    if (strata == -1).sum() < 1 / holdout_share:
        strata[strata == -1] = counts.argmax()
    development, holdout = train_test_split(
        rows, test_size=holdout_share, stratify=strata, random_state=7
    )
development, holdout = np.sort(development), np.sort(holdout)


# %% [markdown] id="about-features" tags=["automl:about-features"]
# ## Features
#
# One function for each type of column. It is fitted on the rows of `train` and returns the features
# of the rows of `frame`. A view joins several of them into the matrix that a model is trained on.


# %% id="step-category" tags=["automl:step-category"]
def category_features(train, frame, columns, target=None):
    """Categories as codes: positions in the sorted training levels, NaN for unseen levels."""
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        codes = {level: float(code) for code, level in enumerate(levels)}
        parts.append([codes.get(text, np.nan) for text in as_text(frame[column])])
    return np.column_stack(parts).astype("float64")


# %% id="step-number" tags=["automl:step-number"]
def number_features(
    train, frame, columns, target=None, *, parse=None, fill=None, scale=False, indicator=False
):
    """Numbers, each followed by a 0/1 missing indicator if training had missing values."""
    parts = []
    for column in columns:
        train_values, values = as_numbers(train[column], parse), as_numbers(frame[column], parse)
        parts.append(fill_and_scale(train_values, values, fill, scale))
        if indicator and np.isnan(train_values).any():
            parts.append(np.isnan(values).astype("float64"))
    return np.column_stack(parts)


# %% id="step-boolean" tags=["automl:step-boolean"]
def boolean_features(train, frame, columns, target=None, *, true="True", false=None, fill=None):
    """1 for `true`, 0 for `false` (or any other text). `fill` replaces missing values."""
    parts = []
    for column in columns:
        values = as_booleans(frame[column], true, false)
        if fill == "most_frequent":
            train_values = as_booleans(train[column], true, false)
            most_frequent = float((train_values == 1).sum() > (train_values == 0).sum())
            values = np.where(np.isnan(values), most_frequent, values)
        parts.append(values)
    return np.column_stack(parts)


# %% id="step-date" tags=["automl:step-date"]
def date_features(train, frame, columns, target=None, *, date_format=None, fill=None, scale=False):
    """Days since 1970, year, month, day, weekday, and hour if training has times of day."""

    def split(dates):
        days = (dates - np.datetime64(0, "us")) / np.timedelta64(1, "D")
        index = pd.DatetimeIndex(dates)
        return [days, index.year, index.month, index.day, index.weekday, index.hour]

    parts = []
    for column in columns:
        train_dates, dates = (
            as_dates(train[column], date_format),
            as_dates(frame[column], date_format),
        )
        present = pd.DatetimeIndex(train_dates[~np.isnat(train_dates)])
        n_parts = 6 if (present != present.normalize()).any() else 5
        for train_part, part in list(zip(split(train_dates), split(dates)))[:n_parts]:
            train_part, part = np.asarray(train_part, "float64"), np.asarray(part, "float64")
            parts.append(fill_and_scale(train_part, part, fill, scale))
    return np.column_stack(parts)


# %% id="step-folds" tags=["automl:step-folds"]
def inner_folds(train, n_folds, seed):
    """A random fold for each row of `train`, for out-of-fold means of the target."""
    return np.random.default_rng(seed).permutation(len(train)) % n_folds


# %% id="step-target-mean" tags=["automl:step-target-mean"]
def target_mean_features(
    train, frame, columns, target=None, *, smoothing=10.0, n_folds=5, seed=0, n_classes=0
):
    """The mean target of a level, smoothed towards the overall mean, and log(1 + its rows).

    Training rows get out-of-fold means, so no row sees its own target.
    """
    targets = [(target == code).astype("float64") for code in range(n_classes)]
    targets = targets or [target.astype("float64")]
    folds = inner_folds(train, n_folds, seed)
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        code_of_level = {level: code for code, level in enumerate(levels, start=1)}
        train_codes = np.array(
            [code_of_level.get(text, 0) for text in as_text(train[column])], dtype=int
        )
        codes = np.array([code_of_level.get(text, 0) for text in as_text(frame[column])], dtype=int)

        def sums(rows, weights=None):
            rows = rows & (train_codes > 0)
            weights = None if weights is None else weights[rows]
            return np.bincount(train_codes[rows], weights=weights, minlength=len(levels) + 1)

        def means(rows, target_column):
            return (sums(rows, target_column) + smoothing * target_column.mean()) / (
                sums(rows) + smoothing
            )

        for target_column in targets:
            encoded = means(folds >= 0, target_column)[codes]
            if frame is train:
                for fold in np.unique(folds):
                    encoded[folds == fold] = means(folds != fold, target_column)[
                        codes[folds == fold]
                    ]
            parts.append(encoded)
        parts.append(np.log1p(sums(folds >= 0))[codes])
    return np.column_stack(parts)


# %% id="step-relevance" tags=["automl:step-relevance"]
def even_rows(n_rows, most=10_000):
    """At most `most` row numbers, evenly spaced."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))


def min_gain(n_rows):
    """The smallest gain in correlation that is more than chance: two standard errors."""
    return 2 / n_rows**0.5


def centred_ranks(X):
    ranks = pd.DataFrame(X).rank()
    return (ranks - ranks.mean()).fillna(0.0).to_numpy()


def target_columns(target, n_classes):
    """The target's ranks, or a 0/1 column per class, and the squared size of each column."""
    if n_classes:
        targets = (target[:, None] == np.arange(n_classes)).astype("float64")
    else:
        targets = centred_ranks(target)
    return targets, np.maximum((targets**2).sum(axis=0), 1)


def relevance(X, target, n_classes):
    """The absolute rank correlation of each column with the target (Spearman).

    For more than two classes, it is the correlation ratio of the ranks. Missing values get the
    middle rank.
    """
    ranked = centred_ranks(X)
    targets, sizes = target_columns(target, n_classes)
    between = (ranked.T @ targets) ** 2 / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum((ranked**2).sum(axis=0), 1)).round(9)


def relevance_of_sums(X, target, n_classes, pairs):
    """The relevance of the best weighted sum of the ranks of two columns, for each pair."""
    ranked = centred_ranks(X)
    targets, sizes = target_columns(target, n_classes)
    with_targets, with_others = ranked.T @ targets, ranked.T @ ranked
    results = []
    for i, j in pairs:
        a, b, c = with_others[i, i], with_others[j, j], with_others[i, j]
        left, right = with_targets[i], with_targets[j]
        between = b * left**2 - 2 * c * left * right + a * right**2
        if a * b - c * c > 1e-6 * a * b:
            results.append(((between / sizes).sum() / (a * b - c * c)) ** 0.5)
        else:  # the two columns carry the same information
            single = [(left**2 / sizes).sum() / max(a, 1), (right**2 / sizes).sum() / max(b, 1)]
            results.append(max(single) ** 0.5)
    return np.array(results).round(9)


# %% id="step-text" tags=["automl:step-text"]
from collections import Counter

from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge


def text_features(
    train,
    frame,
    columns,
    target=None,
    *,
    analyzer="word",
    max_features=5000,
    components=32,
    forecast=False,
    n_folds=5,
    seed=0,
    n_classes=0,
):
    """The TF-IDF terms of a text, reduced to a few dimensions (latent semantic analysis).

    The forecast is a linear model's prediction of the target from the terms. Training rows get
    out-of-fold forecasts, so no row sees its own target.
    """
    rows = even_rows(len(train), 20_000)
    folds = inner_folds(train, n_folds, seed)
    settings = {
        "analyzer": analyzer,
        "ngram_range": (1, 2) if analyzer == "word" else (3, 4),
        "sublinear_tf": True,
    }
    parts = [np.empty((len(frame), 0))]
    for column in columns:
        train_texts = [text or "" for text in as_text(train[column])]
        texts = [text or "" for text in as_text(frame[column])]
        terms_of = TfidfVectorizer(**settings).build_analyzer()
        counts = Counter(term for text in train_texts for term in terms_of(text))
        terms = sorted(counts, key=lambda term: (-counts[term], term))[:max_features]
        if len(terms) < 2:
            continue  # a single term doesn't distinguish rows
        vectorizer = TfidfVectorizer(vocabulary=sorted(terms), **settings)
        weights = vectorizer.fit_transform(train_texts)
        frame_weights = vectorizer.transform(texts)
        size = min(components, len(rows), len(terms))
        if size:
            svd = TruncatedSVD(size, n_iter=3, random_state=seed).fit(weights[rows])
            parts.append(frame_weights @ svd.components_.T)
        if not forecast:
            continue
        targets = [(target == code).astype("float64") for code in range(n_classes)]
        targets = np.column_stack(targets or [target.astype("float64")])

        def predict_rows(rows_to_fit, rows_to_predict, shape=targets.shape):
            ridge = Ridge(solver="sparse_cg").fit(weights[rows_to_fit], targets[rows_to_fit])
            return ridge.predict(rows_to_predict).reshape(-1, shape[1])

        outputs = predict_rows(rows, frame_weights)
        if frame is train:
            for fold in np.unique(folds):
                outputs[folds == fold] = predict_rows(
                    rows[folds[rows] != fold], frame_weights[folds == fold]
                )
        parts.append(outputs)
    return np.hstack(parts)


# %% id="step-one-hot" tags=["automl:step-one-hot"]
from collections import Counter


def one_hot_features(train, frame, columns, target=None, *, min_count=1, max_levels=30):
    """One 0/1 column per frequent training level; all 0 for other values."""
    parts = []
    for column in columns:
        counts = Counter(text for text in as_text(train[column]) if text is not None)
        frequent = [level for level in counts if counts[level] >= min_count]
        frequent = sorted(frequent, key=lambda level: (-counts[level], level))[:max_levels]
        texts = np.array(as_text(frame[column]), dtype=object)
        parts += [(texts == level).astype("float64") for level in sorted(frequent)]
    return np.column_stack(parts) if parts else np.empty((len(frame), 0))


# %% id="views" tags=["automl:views"]
views = {}


# %% id="view-tree" tags=["automl:view-tree"]
def features(train, frame, target):
    return np.hstack(
        [
            category_features(
                train,
                frame,
                ["city"],
            ),
            number_features(
                train,
                frame,
                ["age"],
                parse=None,
                fill=None,
                scale=False,
                indicator=False,
            ),
            number_features(
                train,
                frame,
                ["paid"],
                parse={"decimal": ",", "thousands": "."},
                fill=None,
                scale=False,
                indicator=False,
            ),
            boolean_features(
                train,
                frame,
                ["active"],
                true="yes",
                false="no",
                fill=None,
            ),
            date_features(
                train,
                frame,
                ["since"],
                date_format="%Y-%m-%d",
                fill=None,
                scale=False,
            ),
            target_mean_features(
                train,
                frame,
                ["street"],
                target,
                smoothing=10.0,
                n_folds=5,
                seed=0,
                n_classes=0,
            ),
            text_features(
                train,
                frame,
                ["note"],
                target,
                analyzer="word",
                max_features=100,
                components=3,
                forecast=False,
                n_folds=5,
                seed=0,
                n_classes=0,
            ),
        ]
    )


views["tree"] = features


# %% id="view-dense" tags=["automl:view-dense"]
def features(train, frame, target):
    return np.hstack(
        [
            number_features(
                train,
                frame,
                ["age"],
                parse=None,
                fill="median",
                scale=True,
                indicator=True,
            ),
            number_features(
                train,
                frame,
                ["paid"],
                parse={"decimal": ",", "thousands": "."},
                fill="median",
                scale=True,
                indicator=True,
            ),
            boolean_features(
                train,
                frame,
                ["active"],
                true="yes",
                false="no",
                fill="most_frequent",
            ),
            date_features(
                train,
                frame,
                ["since"],
                date_format="%Y-%m-%d",
                fill="median",
                scale=True,
            ),
            one_hot_features(
                train,
                frame,
                ["city"],
                min_count=3,
                max_levels=50,
            ),
            target_mean_features(
                train,
                frame,
                ["street"],
                target,
                smoothing=10.0,
                n_folds=5,
                seed=0,
                n_classes=0,
            ),
            text_features(
                train,
                frame,
                ["note"],
                target,
                analyzer="word",
                max_features=100,
                components=3,
                forecast=False,
                n_folds=5,
                seed=0,
                n_classes=0,
            ),
        ]
    )


views["dense"] = features


# %% [markdown] id="about-members" tags=["automl:about-members"]
# ## Members
#
# Each member is trained on the matrix of its view, with the parameters and the number of rounds that
# the search found. The members' predictions are averaged with weights. The cells below define the
# mean, and the calibration if there is one.


# %% id="members" tags=["automl:members"]
members, member_views, weights, seeds, corrections = {}, {}, {}, {}, {}


# %% id="member-lightgbm" tags=["automl:member-lightgbm"]
import lightgbm
import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """LightGBM: gradient-boosted trees grown leaf by leaf, with native category splits."""
    row_weights = compute_sample_weight("balanced", y)
    rows = lightgbm.Dataset(X, y, weight=row_weights, categorical_feature=[0])
    params = {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 7,
        "min_data_in_leaf": 3,
        "num_iterations": 20,
        "seed": 7,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }
    params["seed"] = seed
    model = lightgbm.train(params, rows)

    def predict(X):
        p = model.predict(X)
        return np.column_stack([1 - p, p]) if p.ndim == 1 else p  # binary: one probability

    return predict


members["lightgbm"] = member
member_views["lightgbm"] = "tree"
weights["lightgbm"] = 0.5
seeds["lightgbm"] = [7, 8]


# %% id="member-catboost" tags=["automl:member-catboost"]
import catboost
import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """CatBoost: boosted symmetric trees with target statistics for categories."""
    categorical = [0]

    def pool(X, y=None, weight=None):
        """Numbers as float32 and category codes as bytes. -1 is a missing category."""
        codes = np.nan_to_num(X[:, categorical], nan=-1).astype("int64")
        numbers = np.delete(X, categorical, axis=1).astype("float32")
        levels = codes.astype("S").astype(object)
        features = catboost.FeaturesData(
            num_feature_data=numbers if numbers.shape[1] else None,
            cat_feature_data=levels if levels.shape[1] else None,
        )
        return catboost.Pool(features, y, weight=weight)

    params = {
        "loss_function": "Logloss",
        "learning_rate": 0.08,
        "boosting_type": "Plain",
        "max_ctr_complexity": 4,
        "leaf_estimation_iterations": 10,
        "depth": 4,
        "iterations": 15,
        "random_seed": 7,
        "thread_count": 1,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }
    params["random_seed"] = seed
    model = catboost.CatBoost(params)
    model.fit(pool(X, y, compute_sample_weight("balanced", y)))
    return lambda X: model.predict(pool(X), prediction_type="Probability")


members["catboost"] = member
member_views["catboost"] = "tree"
weights["catboost"] = 0.25
seeds["catboost"] = [7, 8]


# %% id="member-linear" tags=["automl:member-linear"]
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, _):
    """Logistic regression with an L2 penalty."""
    params = {"solver": "lbfgs", "max_iter": 1000, "C": 1.0}
    model = LogisticRegression(**params)
    model.fit(X, y, sample_weight=compute_sample_weight("balanced", y))

    def predict(X):
        probabilities = np.zeros((len(X), 2))
        probabilities[:, model.classes_] = model.predict_proba(X)
        return probabilities

    return predict


members["linear"] = member
member_views["linear"] = "dense"
weights["linear"] = 0.25
seeds["linear"] = [7]


# %% id="combine" tags=["automl:combine"]
def combine(predictions):
    """The weighted mean of the members' predictions."""
    return sum(weights[name] * predicted for name, predicted in predictions.items())


# %% id="blend" tags=["automl:blend"]
from threadpoolctl import threadpool_limits

# Use one thread for linear algebra: with more, sums change in their last digits.
threadpool_limits(1, user_api="blas")


def fit(train, y_train):
    """Fit every member on the rows of `train`, once per seed. Return a function that predicts."""
    matrices = {view: features(train, train, y_train) for view, features in views.items()}
    fitted = {
        name: [member(matrices[member_views[name]], y_train, seed) for seed in seeds[name]]
        for name, member in members.items()
    }

    def predict(frame):
        """The combined and calibrated predictions of the members."""
        # A copy, because views return out-of-fold features for the training frame itself.
        frame = frame.copy()
        matrices = {view: features(train, frame, y_train) for view, features in views.items()}
        predicted = combine(
            {
                name: sum(fit(matrices[member_views[name]]) for fit in fits) / len(fits)
                for name, fits in fitted.items()
            }
        )
        for correct in corrections.values():
            predicted = correct(predicted)
        return predicted

    return predict


# %% id="decide" tags=["automl:decide"]
threshold = 0.4


def decide(probabilities):
    """The class code of each row: 1 if its probability is at least the threshold, else 0."""
    return (probabilities[:, 1] >= threshold).astype(int)


# %% [markdown] id="about-holdout" tags=["automl:about-holdout"]
# ## Holdout score
#
# The members are trained on the development rows and predict the holdout rows.


# %% id="holdout" tags=["automl:holdout"]
predict_holdout = fit(table.iloc[development], y[development])
predicted = predict_holdout(table.iloc[holdout])
y_holdout = y[holdout]


# %% id="metric" tags=["automl:metric"]
from sklearn.metrics import roc_auc_score

score = roc_auc_score(y_holdout, predicted[:, 1])
score


# %% [markdown] id="about-refit" tags=["automl:about-refit"]
# ## Final model
#
# The same members, trained on all rows.


# %% id="predict" tags=["automl:predict"]
predict_probabilities = fit(table, y)


def predict_proba(frame):
    """The probability of each class for each row of `frame`."""
    return pd.DataFrame(predict_probabilities(frame), columns=classes, index=frame.index)


def predict(frame):
    """The class of each row of `frame`."""
    labels = np.array(classes, dtype=object)
    return pd.Series(labels[decide(predict_proba(frame).to_numpy())], index=frame.index)


predict(table.head())


# %% id="score" tags=["score", "automl:score"]
import json

# JSON has no NaN: a metric that's undefined on the holdout rows has no score.
print(
    json.dumps(
        {
            "metric": "roc_auc",
            "score": float(score) if np.isfinite(score) else None,
            "rows": len(holdout),
        }
    )
)

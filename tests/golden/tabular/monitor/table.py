# %% [markdown] id="title" tags=["automl:title"]
# # Monitor
#
# This notebook compares the rows that a model met in a stretch of time with those that it saw before
# its release: what it was given, what it answered, and, as far as outcomes are known, how right it
# was. Each cell is one look and says how it was tested. A difference alarms only where it is large
# and more than chance; what has too few rows is not judged. The numbers are kept in `drift.json`, and
# the store learns of them. It needs `automl_magic`, and changes nothing else.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data.csv"  # the table that is judged: a path, or sklearn:NAME
deployment = ""  # the endpoint; empty where a table is judged that none has logged
model = ""  # the model's name, for reading
version = 0  # which version's answers are judged; 0 where a model has none
model_dir = "model"  # the folder with the model and its reference
manifest_sha256 = ""  # the digest of the model that was approved; empty where none is known
window_start = ""  # ISO 8601; what was predicted from here on
window_end = ""  # to before here
run_dir = "monitor-output"  # where the report is written


# %% id="load" tags=["automl:load"]
from automl_magic import data, monitor

watched = monitor.load_watched(model_dir, manifest_sha256=manifest_sha256 or None)
window = monitor.read_table(
    data.load(data_source),
    watched,
    monitor.seconds_of(window_start),
    monitor.seconds_of(window_end),
    source=data_source,
    model=model,
    deployment=deployment or None,
    version=version or None,
)
thresholds = {
    "alpha": 0.01,
    "psi_warning": 0.1,
    "psi_critical": 0.25,
    "missing_warning": 0.05,
    "missing_critical": 0.2,
    "outside_warning": 0.01,
    "outside_critical": 0.05,
    "ece_warning": 0.05,
    "ece_critical": 0.1,
    "yellow": 0.02,
    "red": 0.1,
    "min_rows": 50,
}
watch = monitor.Watch(window, watched, thresholds=thresholds)
watch


# %% [markdown] id="about-inputs" tags=["automl:about-inputs"]
# ## What it was given, and what it answered
#
# Nobody needs to know the outcome for these: they speak first. A shift is no harm by itself; it says
# that the model is asked about something that it has seen less of.


# %% id="prediction" tags=["automl:prediction"]
monitor.prediction(watch)


# %% id="features" tags=["automl:features"]
monitor.features(watch)


# %% id="quality" tags=["automl:quality"]
monitor.quality(watch)


# %% [markdown] id="about-truth" tags=["automl:about-truth"]
# ## How right it was
#
# Where outcomes are known, nothing else counts as much. They come late, and those that come first may
# be of a kind of their own; mind how many of the rows have one.


# %% id="performance" tags=["automl:performance"]
monitor.performance(watch)


# %% id="calibration" tags=["automl:calibration"]
monitor.calibration(watch)


# %% id="evidently" tags=["automl:evidently"]
monitor.evidently(watch, run_dir=run_dir)


# %% id="finish" tags=["automl:finish"]
monitor.finish(watch, run_dir=run_dir)

# %% [markdown] id="title" tags=["automl:title"]
# # Monitor
#
# This notebook compares the rows of one time window with those from before the model's release:
# inputs, predictions and, if there are outcomes, performance. Each cell runs one check and reports
# how it was tested. A difference raises an alert only if it's large and statistically significant.
# Checks with too few rows are skipped. The results are saved in `drift.json` and recorded in the
# store. It needs `automl_magic` and changes nothing else.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data.csv"  # the table to check: a path, or sklearn:NAME
deployment = ""  # the deployment; empty for a table that no endpoint logged
model = ""  # the model's name, for display
version = 0  # the model version to check; 0 if the model isn't registered
model_dir = "model"  # the folder with the model and its reference
manifest_sha256 = ""  # the digest of the approved model; empty if unknown
window_start = ""  # ISO 8601, inclusive
window_end = ""  # ISO 8601, exclusive
run_dir = "monitor-output"  # output folder for the report


# %% id="load" tags=["automl:load"]
from automl_magic import data, monitor

monitored_model = monitor.load_monitored_model(model_dir, manifest_sha256=manifest_sha256 or None)
window = monitor.read_table(
    data.load(data_source, missing=monitored_model.schema.missing),
    monitored_model,
    monitor.parse_time(window_start),
    monitor.parse_time(window_end),
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
analysis = monitor.WindowAnalysis(window, monitored_model, thresholds=thresholds)
analysis


# %% [markdown] id="about-inputs" tags=["automl:about-inputs"]
# ## Inputs and predictions
#
# These checks don't need outcomes, so they warn first. A shift isn't harmful by itself: it means that
# the model gets rows of a kind it was trained on less.


# %% id="prediction" tags=["automl:prediction"]
monitor.prediction(analysis)


# %% id="features" tags=["automl:features"]
monitor.features(analysis)


# %% id="quality" tags=["automl:quality"]
monitor.quality(analysis)


# %% [markdown] id="about-truth" tags=["automl:about-truth"]
# ## Performance
#
# If you have outcomes, trust them most. Outcomes arrive late, and the first to arrive may not be
# representative: check how many rows have one.


# %% id="performance" tags=["automl:performance"]
monitor.performance(analysis)


# %% id="calibration" tags=["automl:calibration"]
monitor.calibration(analysis)


# %% id="evidently" tags=["automl:evidently"]
monitor.evidently(analysis, run_dir=run_dir)


# %% id="finish" tags=["automl:finish"]
monitor.finish(analysis, run_dir=run_dir)

from automl_magic import monitor

monitored_model = monitor.load_monitored_model(model_dir, manifest_sha256=manifest_sha256 or None)
# The store addresses come from the environment, so the notebook holds no password.
window = monitor.read_prediction_log(
    deployment,
    monitored_model,
    monitor.parse_time(window_start),
    monitor.parse_time(window_end),
    model=model,
    version=version,
)
thresholds = slot("thresholds")
analysis = monitor.WindowAnalysis(window, monitored_model, thresholds=thresholds)
analysis

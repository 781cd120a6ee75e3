from automl_magic import monitor

monitored_model = monitor.load_watched(model_dir, manifest_sha256=manifest_sha256 or None)
# The store addresses come from the environment, so the notebook holds no password.
window = monitor.read_logged(
    deployment,
    monitored_model,
    monitor.seconds_of(window_start),
    monitor.seconds_of(window_end),
    model=model,
    version=version,
)
thresholds = slot("thresholds")
analysis = monitor.Watch(window, monitored_model, thresholds=thresholds)
analysis

from automl_magic import monitor

watched = monitor.load_watched(model_dir, manifest_sha256=manifest_sha256 or None)
# The addresses of the stores come from the environment: a notebook keeps no password.
window = monitor.read_logged(
    deployment,
    watched,
    monitor.seconds_of(window_start),
    monitor.seconds_of(window_end),
    model=model,
    version=version,
)
thresholds = slot("thresholds")
watch = monitor.Watch(window, watched, thresholds=thresholds)
watch

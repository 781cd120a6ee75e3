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
thresholds = slot("thresholds")
watch = monitor.Watch(window, watched, thresholds=thresholds)
watch

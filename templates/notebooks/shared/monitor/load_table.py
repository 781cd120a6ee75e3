from automl_magic import data, monitor

monitored_model = monitor.load_watched(model_dir, manifest_sha256=manifest_sha256 or None)
window = monitor.read_table(
    data.load(data_source),
    monitored_model,
    monitor.seconds_of(window_start),
    monitor.seconds_of(window_end),
    source=data_source,
    model=model,
    deployment=deployment or None,
    version=version or None,
)
thresholds = slot("thresholds")
analysis = monitor.Watch(window, monitored_model, thresholds=thresholds)
analysis

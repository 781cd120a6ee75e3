monitor.evidently(watch, run_dir=run_dir)

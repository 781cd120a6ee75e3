monitor.finish(watch, run_dir=run_dir)

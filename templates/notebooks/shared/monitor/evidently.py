monitor.evidently(analysis, run_dir=run_dir)

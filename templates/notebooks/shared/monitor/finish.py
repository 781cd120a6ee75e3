monitor.finish(analysis, run_dir=run_dir)

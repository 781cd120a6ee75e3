explain.finish(subject, run_dir=run_dir)

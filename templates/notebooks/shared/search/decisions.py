learn.decisions(run_dir)

explain.finish(explainer, run_dir=run_dir)

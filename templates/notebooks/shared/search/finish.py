learn.finish(model, search=search, ensemble=ensemble, holdout=holdout, run_dir=run_dir)

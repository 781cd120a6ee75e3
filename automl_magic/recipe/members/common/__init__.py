"""common: what estimators share. A file beside this folder is an estimator."""

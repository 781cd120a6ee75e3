"""common: code shared by estimators. The files next to this folder are the estimators."""

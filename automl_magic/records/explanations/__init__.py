"""Explanations of models: feature importance, errors, calibration and fairness."""

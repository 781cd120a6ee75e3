explain.calibration(explainer)

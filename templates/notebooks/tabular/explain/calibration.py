explain.calibration(subject)

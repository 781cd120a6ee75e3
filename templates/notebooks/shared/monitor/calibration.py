monitor.calibration(analysis)

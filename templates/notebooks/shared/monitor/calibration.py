monitor.calibration(watch)

monitor.prediction(analysis)

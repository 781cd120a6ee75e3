monitor.features(analysis)

monitor.performance(analysis)

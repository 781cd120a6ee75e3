monitor.quality(analysis)

monitor.traffic(analysis)

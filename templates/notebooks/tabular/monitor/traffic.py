monitor.traffic(watch)

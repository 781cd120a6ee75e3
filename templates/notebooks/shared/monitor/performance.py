monitor.performance(watch)

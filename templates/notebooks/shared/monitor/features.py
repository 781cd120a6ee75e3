monitor.features(watch)

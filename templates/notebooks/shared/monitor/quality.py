monitor.quality(watch)

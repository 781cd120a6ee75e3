monitor.prediction(watch)

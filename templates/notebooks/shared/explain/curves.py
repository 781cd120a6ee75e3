explain.curves(subject)

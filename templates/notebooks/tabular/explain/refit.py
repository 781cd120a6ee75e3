explain.refit(subject)

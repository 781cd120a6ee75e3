explain.confusion(subject)

explain.dependence(subject)

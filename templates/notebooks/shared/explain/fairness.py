explain.fairness(subject, limits=slot("limits"))

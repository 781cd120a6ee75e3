explain.fairness(explainer, limits=slot("limits"))

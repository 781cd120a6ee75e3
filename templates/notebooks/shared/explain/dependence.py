explain.dependence(explainer)

explain.curves(explainer)

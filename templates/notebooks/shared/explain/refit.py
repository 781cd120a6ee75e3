explain.refit(explainer)

explain.residuals(explainer)

explain.confusion(explainer)

explain.permutation(explainer)

explain.counterfactuals(explainer, ranges={})

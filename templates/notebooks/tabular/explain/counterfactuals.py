explain.counterfactuals(subject, ranges={})

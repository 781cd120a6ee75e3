explain.local_rows(explainer)

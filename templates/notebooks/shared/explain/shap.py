explain.shap_values(explainer)

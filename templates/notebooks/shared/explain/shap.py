explain.shap_values(subject)

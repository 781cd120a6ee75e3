explain.residuals(subject)

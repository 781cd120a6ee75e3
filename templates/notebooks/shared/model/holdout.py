predict_holdout = fit(table.iloc[development], y[development])
predicted = predict_holdout(table.iloc[holdout])
y_holdout = y[holdout]

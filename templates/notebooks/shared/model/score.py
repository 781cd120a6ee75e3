import json

# JSON has no NaN: a metric that's undefined on the holdout rows has no score.
print(
    json.dumps(
        {
            "metric": slot("metric"),
            "score": float(score) if np.isfinite(score) else None,
            "rows": len(holdout),
        }
    )
)

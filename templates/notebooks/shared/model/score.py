import json

print(json.dumps({"metric": slot("metric"), "score": float(score), "rows": len(holdout)}))

"""deploy: ModelVersion → Deployment: the deployment file, the signed model's folder, routes."""

"""monitor: Deployment → DriftReport: drift, quality, performance, and what follows from them."""

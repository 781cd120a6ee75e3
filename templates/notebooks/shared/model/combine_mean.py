def combine(predictions):
    """The weighted mean of the members' predictions."""
    return sum(weights[name] * predicted for name, predicted in predictions.items())

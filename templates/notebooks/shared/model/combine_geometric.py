def combine(predictions):
    """The weighted geometric mean of the members' probabilities, normalized to sum to 1."""
    logs = sum(
        weights[name] * np.log(np.maximum(predicted, 1e-6))
        for name, predicted in predictions.items()
    )
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

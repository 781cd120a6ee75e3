def decide(probabilities):
    """The code of each row's most probable class."""
    return probabilities.argmax(axis=1)

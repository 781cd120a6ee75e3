def decide(probabilities):
    """The class code of each row: its most probable class."""
    return probabilities.argmax(axis=1)

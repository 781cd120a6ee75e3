threshold = slot("threshold")


def decide(probabilities):
    """The class code of each row: 1 if its probability is at least the threshold, else 0."""
    return (probabilities[:, 1] >= threshold).astype(int)

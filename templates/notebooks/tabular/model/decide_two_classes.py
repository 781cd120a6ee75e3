threshold = slot("threshold")


def decide(probabilities):
    """The code of each row's class: 1 from the threshold on, else 0."""
    return (probabilities[:, 1] >= threshold).astype(int)

temperature = slot("temperature")  # above 1 it takes confidence away
shift = np.array(slot("shift"))  # of each class, in log-odds


def calibrate(probabilities):
    """Probabilities with another confidence; the most probable class of a row stays so."""
    logs = np.log(np.maximum(probabilities, 1e-6)) / temperature + shift
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


corrections["temperature"] = calibrate

def inner_folds(train, n_folds, seed):
    """A fold for each row of `train`, at random: what is made of targets is made out of fold."""
    return np.random.default_rng(seed).permutation(len(train)) % n_folds

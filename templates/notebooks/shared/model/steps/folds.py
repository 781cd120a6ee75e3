def inner_folds(train, n_folds, seed):
    """A random fold for each row of `train`, for out-of-fold means of the target."""
    return np.random.default_rng(seed).permutation(len(train)) % n_folds

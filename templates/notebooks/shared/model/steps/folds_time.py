def inner_folds(train, n_folds, seed):
    """A fold for each row of `train`, in blocks of time, for out-of-fold means of the target.

    Rows with the same time stay together.
    """
    earlier = n_earlier[train.index].rank(method="min").to_numpy(dtype=int) - 1
    folds = earlier * n_folds // len(train)
    if not folds.any():
        return np.random.default_rng(seed).permutation(len(train)) % n_folds
    return folds

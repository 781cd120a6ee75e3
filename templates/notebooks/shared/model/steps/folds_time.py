def inner_folds(train, n_folds, seed):
    """A fold for each row of `train`, blocks in time: what is made of targets is made out of fold.

    Rows of one time stay together.
    """
    earlier = n_earlier[train.index].rank(method="min").to_numpy(dtype=int) - 1
    folds = earlier * n_folds // len(train)
    if not folds.any():
        return np.random.default_rng(seed).permutation(len(train)) % n_folds
    return folds

def inner_folds(train, n_folds, seed):
    """A fold for each row of `train`, for out-of-fold means of the target.

    Rows of one group stay together, so no row gets a mean of its own group.
    """
    shuffled = np.random.default_rng(seed).permutation
    group_of, numbers = pd.factorize(groups[train.index])
    if len(numbers) < 2:
        return shuffled(len(train)) % n_folds
    return (shuffled(len(numbers)) % n_folds)[group_of]

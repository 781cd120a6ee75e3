from sklearn.model_selection import train_test_split

# Hold out rows for the final score, stratified by class.
holdout_share = slot("holdout")
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    # Classes too rare for one holdout row share a stratum.
    counts = np.bincount(y)
    strata = np.where((counts * holdout_share < 1)[y], -1, y)
    if (strata == -1).sum() < 1 / holdout_share:
        strata[strata == -1] = counts.argmax()
    development, holdout = train_test_split(
        rows, test_size=holdout_share, stratify=strata, random_state=slot("seed")
    )
development, holdout = np.sort(development), np.sort(holdout)

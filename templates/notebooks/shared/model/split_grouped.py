from sklearn.model_selection import GroupShuffleSplit

# Hold out groups for the final score: rows of one group stay together.
# A row without a group is a group of its own.
groups, names = pd.factorize(table[slot("column")])
has_none = groups < 0
groups[has_none] = len(names) + np.arange(has_none.sum())
holdout_share = slot("holdout")
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    shuffle = GroupShuffleSplit(1, test_size=holdout_share, random_state=slot("seed"))
    development, holdout = next(shuffle.split(rows, groups=groups))
development, holdout = np.sort(development), np.sort(holdout)

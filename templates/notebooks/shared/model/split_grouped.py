from sklearn.model_selection import GroupShuffleSplit

# Hold out groups for the final score: rows of one group stay together.
holdout_share = slot("holdout")
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    groups, _ = pd.factorize(table[slot("column")], use_na_sentinel=False)
    shuffle = GroupShuffleSplit(1, test_size=holdout_share, random_state=slot("seed"))
    development, holdout = next(shuffle.split(rows, groups=groups))
development, holdout = np.sort(development), np.sort(holdout)

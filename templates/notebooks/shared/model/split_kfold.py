from sklearn.model_selection import train_test_split

# Hold out rows for the final score.
holdout_share = slot("holdout")
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    development, holdout = train_test_split(
        rows,
        test_size=holdout_share,
        random_state=slot("seed"),
    )
development, holdout = np.sort(development), np.sort(holdout)

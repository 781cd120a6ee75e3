from sklearn.datasets import load_iris

bunch = load_iris(as_frame=True)
table = bunch.frame
table["target"] = bunch.target_names[table["target"]].astype(str)
table.head()

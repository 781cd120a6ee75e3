from sklearn.datasets import load_wine

bunch = load_wine(as_frame=True)
table = bunch.frame
table["target"] = bunch.target_names[table["target"]].astype(str)
table.head()

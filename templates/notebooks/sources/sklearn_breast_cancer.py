from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer(as_frame=True)
table = bunch.frame
table["target"] = bunch.target_names[table["target"]].astype(str)
table.head()

from sklearn.datasets import load_diabetes

table = load_diabetes(as_frame=True).frame
table.head()

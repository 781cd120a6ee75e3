from sklearn.datasets import load_digits

table = load_digits(as_frame=True).frame
table.head()

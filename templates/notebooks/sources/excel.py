import pandas as pd

# Cells keep the types that Excel gave them: the text "007" stays text.
table = pd.read_excel(
    data_path,
    sheet_name=slot("sheet_name"),
    engine=slot("engine"),
    dtype=slot("dtype"),
    keep_default_na=slot("keep_default_na"),
    na_values=slot("na_values"),
    usecols=slot("usecols"),
    header=slot("header"),
    names=slot("names"),
).infer_objects()
table.head()

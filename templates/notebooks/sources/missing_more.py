# Texts that stand for a missing value: as in pandas.read_csv, and more in some columns.
words = "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL"
words += "|NaN|None|n/a|nan|null"
more = slot("more")
for name in table:
    is_missing = table[name].isin([*words.split("|"), *more.get(name, [])])
    table[name] = table[name].mask(is_missing)
table = table.infer_objects()

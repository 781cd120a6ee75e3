# Texts that stand for a missing value, as in pandas.read_csv.
words = "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL"
words += "|NaN|None|n/a|nan|null"
table = table.replace(words.split("|"), None).infer_objects()

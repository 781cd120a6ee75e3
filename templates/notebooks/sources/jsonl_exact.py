import gzip
import json

opened = gzip.open if data_path.endswith(".gz") else open
with opened(data_path, "rt", encoding=slot("encoding")) as file:
    text = file.read()
lines = filter(None, map(str.strip, text.split("\n")))
records = [json.loads(line) for line in lines] if slot("lines") else json.loads(text)
for name in slot("exact"):  # integers that floats can't hold become text
    values = [record.get(name) for record in records]
    table[name] = [None if value is None else str(value) for value in values]

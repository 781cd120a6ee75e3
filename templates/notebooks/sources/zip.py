import tempfile
import zipfile

with zipfile.ZipFile(data_path) as archive:
    data_path = archive.extract(slot("member"), tempfile.mkdtemp())

import json
from pathlib import Path

credential = json.loads(Path(slot("path")).read_text("utf-8"))[slot("key")]

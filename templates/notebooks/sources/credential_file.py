from pathlib import Path

credential = Path(slot("path")).read_text("utf-8").removesuffix("\n")

"""number_text: the grammar of numbers in text.

The plan finds a column's rule with it, and everything that reads the column uses it. So what is
found is what is read. The version for the standalone notebook is in
`templates/notebooks/shared/model/values.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

UNITS = "$€£¥₹₽₩₺₴₫₪฿¢%"
# The last four are the spaces that group digits: no-break, figure, thin and narrow no-break.
SPACES = " \u00a0\u2007\u2009\u202f"
# The characters that a `thousands` separator stands for, if more than itself.
SEPARATORS = {" ": SPACES, "'": "'\u2019"}
_MINUS = str.maketrans({"\u2212": "-"})
_DROPPED = str.maketrans(dict.fromkeys(f"{UNITS}{SPACES}()"))


def read_number(text: str, parse: Mapping[str, str] | None = None) -> float:
    """Return the number that a text is, or NaN if it's none. 1e999 is infinite.

    - `parse` has the `decimal` sign (default `.`), and the `thousands` separator if there is one.
      A space also stands for other spaces.
    - Groups have three digits, or two before the last three, as in 1,23,456. They don't start with
      a zero: 0,125 isn't 125.
    - A currency sign or `%` may stand on both sides. Blanks around them are ignored.
    - Parentheses mean negative, as in accounting.
    """
    decimal, thousands = (
        (".", "") if parse is None else (parse.get("decimal") or ".", parse.get("thousands") or "")
    )
    text = text.strip().translate(_MINUS)
    if _pattern(decimal, thousands).fullmatch(text) is None:
        return math.nan
    digits = text.translate(_DROPPED)
    for separator in SEPARATORS.get(thousands, thousands):
        digits = digits.replace(separator, "")
    number = float(digits.replace(decimal, "."))
    return -number if "(" in text else number


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    point, integer = re.escape(decimal), "[0-9]+"
    if thousands:
        separator = f"[{re.escape(SEPARATORS.get(thousands, thousands))}]"
        groups = rf"[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+"
        if thousands == ",":
            groups += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
        integer = f"(?:{groups}|[0-9]+)"
    digits = rf"(?:{integer}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    before, after = f"(?:[{UNITS}][{SPACES}]*)?", f"(?:[{SPACES}]*[{UNITS}])?"
    signed = rf"(?:[-+]?{before}|{before}[-+]?){digits}{after}"
    negative = rf"{before}\([{SPACES}]*{before}{digits}{after}[{SPACES}]*\){after}"
    return re.compile(f"{signed}|{negative}")

"""recognise: detect values that look like personal data, by their format.

Detection is conservative: check digits must be correct, and most values of a column must match. The
name of a column is only a hint that lowers the share of values that must match. Other columns can
still contain personal data.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence

# The share of the values that must match, without and with a matching column name.
SHARE, SHARE_WITH_NAME = 0.5, 0.1
# In prose, one email address in a hundred texts is enough.
SHARE_IN_TEXT = 0.01
MAX_CHARACTERS = 2_000
# Values to check. If none of the first ones matches any kind, the others aren't checked.
MAX_SAMPLED, MAX_FIRST = 1_000, 100

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
_PHONE = re.compile(
    r"(?:\+|00)[1-9][0-9 ().\-/]{6,20}[0-9]|\(?0?[0-9]{2,4}\)?[ \-./][0-9 \-./]{5,14}"
)
_DATE = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
_CARD = re.compile(r"[0-9](?:[ -]?[0-9]){12,18}")
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:[0-9]{2} ?){3}[A-D]")
_CODICE_FISCALE = re.compile(r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]")
_DNI = re.compile(r"([XYZ]?)([0-9]{7,8})-?([A-Z])")
_CPF = re.compile(r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}")
_NIR = re.compile(r"[12][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def personal_kind(name: str, values: Sequence[str], *, is_prose: bool = False) -> str | None:
    """Return the kind of personal data that some values look like, or None.

    Parameters
    ----------
    name : str
        The name of the column, as a hint.
    values : sequence of str
        Distinct non-missing values. At most 1,000 evenly spaced ones are checked.
    is_prose : bool
        Whether they are sentences that can contain an email address.

    Returns
    -------
    str or None
        `email`, `phone`, `iban`, `card_number`, `national_id` or `ip_address`.
    """
    texts = [value[:MAX_CHARACTERS].strip() for value in _sample(values, MAX_SAMPLED)]
    if not texts:
        return None
    if is_prose and sum(map(bool, map(_EMAIL.search, texts))) >= SHARE_IN_TEXT * len(texts):
        return "email"
    first = _sample(texts, MAX_FIRST)
    for kind, looks_like in KINDS.items():
        if not any(map(looks_like, first)):
            continue
        hinted = HINTS[kind].search(name.lower()) is not None
        share = sum(map(looks_like, texts)) / len(texts)
        if share >= (SHARE_WITH_NAME if hinted else SHARE):
            return kind
    return None


def is_email(text: str) -> bool:
    """Return whether a text is an email address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Return whether a text is a phone number with separators. Digits only can be anything."""
    n_digits = sum(character.isdigit() for character in text)
    is_date_or_decimal = _DATE.fullmatch(text) or _DECIMAL.fullmatch(text)
    return 7 <= n_digits <= 15 and _PHONE.fullmatch(text) is not None and not is_date_or_decimal


def is_iban(text: str) -> bool:
    """Return whether a text is an IBAN with correct check digits (ISO 13616, modulo 97)."""
    if _IBAN.fullmatch(text) is None:
        return False
    plain = text.replace(" ", "")
    number = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return len(plain) >= 15 and int(number) % 97 == 1


def is_card_number(text: str) -> bool:
    """Return whether a text is a payment card number with a correct check digit (Luhn)."""
    if _CARD.fullmatch(text) is None:
        return False
    digits = [int(character) for character in text if character.isdigit()]
    total = sum(
        _LUHN_DOUBLED[digit] if index % 2 else digit for index, digit in enumerate(digits[::-1])
    )
    return digits[0] in (2, 3, 4, 5, 6) and len(set(digits)) > 1 and total % 10 == 0


def is_national_id(text: str) -> bool:
    """Return whether a text is a national ID number.

    Numbers of the United States, the United Kingdom and Italy are checked by format, those of
    Spain, Brazil and France also by check digits.
    """
    has_format = any(pattern.fullmatch(text) for pattern in (_SSN, _NINO, _CODICE_FISCALE))
    return has_format or _is_dni(text) or _is_cpf(text) or _is_nir(text)


def is_ip_address(text: str) -> bool:
    """Return whether a text is an IPv4 or IPv6 address."""
    if "." not in text and text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


KINDS: Mapping[str, Callable[[str], bool]] = {
    "email": is_email,
    "iban": is_iban,
    "card_number": is_card_number,
    "national_id": is_national_id,
    "ip_address": is_ip_address,
    "phone": is_phone,
}
HINTS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"e-?mail"),
    "iban": re.compile(r"iban|account"),
    "card_number": re.compile(r"card|pan\b"),
    "national_id": re.compile(r"ssn|social|national|nino|cpf|dni|fiscal|passport"),
    "ip_address": re.compile(r"(^|[^a-z])ip([^a-z]|$)|address"),
    "phone": re.compile(r"phone|mobile|tel(efon|efono)?\b|fax"),
}


def _sample(values: Sequence[str], limit: int) -> Sequence[str]:
    return values[:: max(1, len(values) // limit)][:limit]


def _is_dni(text: str) -> bool:
    match = _DNI.fullmatch(text)
    if match is None:
        return False
    first, digits, letter = match.groups()
    number = ("012"["XYZ".index(first)] if first else "") + digits
    return len(number) == 8 and _DNI_LETTERS[int(number) % 23] == letter


def _is_cpf(text: str) -> bool:
    if _CPF.fullmatch(text) is None:
        return False
    digits = [int(character) for character in text if character.isdigit()]

    def check(n: int) -> int:
        remainder = 11 - sum(digit * (n + 1 - i) for i, digit in enumerate(digits[:n])) % 11
        return 0 if remainder >= 10 else remainder

    return len(set(digits)) > 1 and [check(9), check(10)] == digits[9:]


def _is_nir(text: str) -> bool:
    text = text.replace(" ", "")
    if _NIR.fullmatch(text) is None:
        return False
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(number) % 97 == int(text[13:])

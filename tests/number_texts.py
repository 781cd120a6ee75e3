"""Texts that are numbers by some rule, or nearly: every sign, grouping, fraction and unit."""

from itertools import product

SIGNS = ("", "-", "+", "\u2212", "(", "$", "-$", "$-", "€ ", "($ ", "$(")
DIGITS = (
    *("7", "07", "0", "1234", "1,234", "1.234", "0,125", "1,23,456", "1,2345", "12,34", "1 234"),
    *("1\u00a0234", "1'234", "1\u2019234", "1,234,567", "1.234.567", "1 23", "1,,234", ",5", "5."),
    "x",
)
FRACTIONS = ("", ".5", ",5", ".50", ",", "e5", "E-2", "e\u22125", ".5e999")
UNITS = ("", "%", " %", "\u00a0€", ")", " )", ") €", "€€", "kg")
RULES = (
    *({"decimal": decimal} for decimal in ".,"),
    *({"decimal": decimal, "thousands": sign} for decimal in ".," for sign in ",. '"),
)
TEXTS = tuple("".join(parts) for parts in product(SIGNS, DIGITS, FRACTIONS, UNITS))

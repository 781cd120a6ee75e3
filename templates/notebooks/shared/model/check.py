# Stop if a column isn't written as in the table that this notebook was made from.
for name, kind, rule in slot("columns"):
    if kind == "number":
        is_unread, valid = np.isnan(as_numbers(table[name], rule)), "numbers"
        is_unread &= not pd.api.types.is_numeric_dtype(table[name])  # infinity counts as missing
    elif kind == "boolean":
        is_unread, valid = np.isnan(as_booleans(table[name], *rule)), " or ".join(rule)
    elif kind == "label":
        is_rounded = [isinstance(value, float) and abs(value) >= 2**53 for value in table[name]]
        is_unread, valid = np.array(is_rounded), "codes with all their digits"
    else:
        is_unread, valid = np.isnat(as_dates(table[name], rule)), f"dates like {rule or 'ISO 8601'}"
    values = table[name][is_unread & table[name].notna()]
    unread = [value for value in values if str(value).strip()]
    if len(unread) > max(3, len(table) / 10):
        raise ValueError(
            f"Column {name!r}: {len(unread)} of {len(table)} values aren't {valid}, such as "
            f"{unread[0]!r}. Write them as in the table that this notebook was made from."
        )

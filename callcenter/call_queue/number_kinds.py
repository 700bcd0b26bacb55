"""What a telephone number tells by its form."""

import re


def kind_of(number: str) -> str:
    """Whether an E.164 number of China is a mobile or a landline."""
    return "mobile" if re.fullmatch(r"\+861[3-9]\d{9}", number) else "landline"

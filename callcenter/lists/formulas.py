"""Text that a spreadsheet would take for a formula: one rule for whatever the house writes into cells."""

import re

SIGNS = "=+\\-@＝＋－＠"
"""Also as Chinese keyboards type them: a spreadsheet takes full-width signs for the others. Written as inside brackets of a pattern."""
FORMULA = re.compile(rf"(?!-[0-9]+(\.[0-9]+)?\Z)([\t\r\n]| *[{SIGNS}])")
"""What begins like a formula; a plain negative number is none."""


def tamed(text: str) -> str:
    """The same text, with the mark before it that makes a spreadsheet show it where it would act as a formula."""
    return f"'{text}" if FORMULA.match(text) else text

"""What is kept where a question has no answer."""

from callcenter.questionnaire.said import Said

NONANSWERS: dict[str, tuple[str, str]] = {
    "dont_know": ("B", "不知道"),
    "dont_remember": ("J", "记不清"),
    "refused": ("R", "拒答"),
    "not_applicable": ("N", "不适用"),
}
"""Code: letter key and label, plain strings, for statistics programs' files take no others. Never read aloud."""
_IN_ENGLISH = {"dont_know": "don't know", "dont_remember": "don't remember", "refused": "refused", "not_applicable": "not applicable"}


def nonanswer_said(code: str) -> Said:
    """The label of a non-answer in both languages, for whoever is spoken to; of one that there is not, the code."""
    return Said(NONANSWERS[code][1], _IN_ENGLISH[code]) if code in NONANSWERS else Said(code, code)

"""Languages of a questionnaire's texts, in the several ways in which forms name them: `中文 (zh)`, `Chinese`, `zh-CN`, `English`."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

Texts = Mapping[str, str]
"""A text in each language; the key is empty where no language is named."""

CHINESE, ENGLISH = "zh", "en"
CODES = {
    **dict.fromkeys(
        ("chinese", "mandarin", "中文", "汉语", "汉文", "普通话", "简体中文", "中文简体", "简体", "cn", "chs", "zho", "chi"), CHINESE
    ),
    **dict.fromkeys(("english", "英文", "英语", "eng"), ENGLISH),
}
"""Names that forms give without a code."""
_IN_BRACKETS = re.compile(r"[(（]\s*([a-z]{2,3})(?:[-_][\w-]+)?\s*[)）]\s*$")
_BARE_CODE = re.compile(r"([a-z]{2,3})[-_][\w-]+")


@lru_cache(maxsize=1024)
def code_of(name: str) -> str:
    """The code of a language, however it is named; the name itself, in small letters, where it has none."""
    plain = name.strip().lower()
    found = _IN_BRACKETS.search(plain) or _BARE_CODE.fullmatch(plain)
    code = found[1] if found else plain
    return CODES.get(code, code)


def in_language(texts: Texts, language: str) -> str:
    """The text in `language` (its name or its code), else the one that names no language, else any."""
    if language in texts:
        return texts[language]
    wanted = code_of(language)
    for name, text in texts.items():
        if name and code_of(name) == wanted:
            return text
    return texts.get("") or next(iter(texts.values()), "")


def named(languages: Iterable[str], wanted: str) -> str | None:
    """Which of the languages is meant by `wanted`: its whole name, its name without the code, or the code alone."""
    listed = list(languages)
    plain = wanted.strip().lower()
    for fits in (
        lambda name: name.lower() == plain,
        lambda name: re.sub(r"\s*[(（].*", "", name).lower() == plain,
        lambda name: code_of(name) == code_of(wanted),
    ):
        found = next((name for name in listed if fits(name)), None)
        if found is not None:
            return found
    return None

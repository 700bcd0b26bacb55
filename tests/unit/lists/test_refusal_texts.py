"""Every refusal says what the file is and what to send instead, in Chinese and in English."""

import re

import pytest

from callcenter.lists.reading import kinds
from callcenter.lists.refusals import _TEXTS, ListRefused
from callcenter.lists.verdicts import check
from callcenter.web import labels, translations

CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture
def in_english() -> object:
    translations.speak("en")
    yield
    translations.speak("zh")


def test_every_sentence_says_what_to_send(in_english: object) -> None:
    for text in _TEXTS.values():
        assert "上报" in text
        assert not CHINESE.search(translations.gettext(text, what="x", line=1)), text
    for _, what in (*kinds._OTHER, ("", kinds.UNKNOWN)):
        assert not CHINESE.search(translations.gettext(what)), what


@pytest.mark.parametrize("data", [b"<html><body>", b"%PDF-1", b"PK\x03\x04broken", b"\x00\x01\x02" * 99, b"a," * 20_000, b"Rar!"])
def test_a_refusal_is_english_throughout_where_english_is_spoken(data: bytes, in_english: object) -> None:
    with pytest.raises(ListRefused) as refusal:
        check(data)
    said = translations.gettext(refusal.value.text, **refusal.value.about)
    assert not CHINESE.search(said), said
    assert labels.refusal(refusal.value.kept) == said
    assert CHINESE.search(str(refusal.value))

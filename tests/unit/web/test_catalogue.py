"""Every text that a page or an error can show has an English line."""

import re
from collections import Counter
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from callcenter.call_queue import priority
from callcenter.estimates import standards
from callcenter.people.roles import LABELS
from callcenter.web.translations import english

HERE = Path(__file__).parents[3] / "callcenter"
ERRORS = ("InvalidInput", "Refused", "NotFound", "Forbidden", "Conflict", "Unavailable")
KEYWORDS = {"_": None, "noted": None, "flash": (2,), "Doubt": (2,), "ListRefused": (2,), "Reason": (2,)} | dict.fromkeys(
    (*ERRORS, "__init__"), (2,)
)
METHODS = [
    ("cli/**", "ignore"),
    ("simulation/**", "ignore"),
    ("migrations/**", "ignore"),
    ("web/templates/**.html", "jinja2"),
    ("**.py", "python"),
]
BOARDS = [("templates/**.html", "jinja2"), ("**.py", "python")]
PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}")


def texts() -> dict[str, str]:
    """Each text and a place where it stands."""
    found: dict[str, str] = {}
    options = {
        "web/templates/**.html": {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    }
    boards = ((f"dashboards/{file}", *more) for file, *more in extract_from_dir(HERE.parent / "dashboards", BOARDS, None, KEYWORDS))
    for file, line, message, _, _ in (*extract_from_dir(HERE, METHODS, options, KEYWORDS), *boards):
        text = message if isinstance(message, str) else message[0]
        if text and re.search(r"[一-鿿]", text):
            found.setdefault(text, f"{file}:{line}")
    for file in ("passwords.py", "sheets.py"):  # pure rules answer with a sentence
        sentences = re.findall(r'"([^"]*。)"', (HERE / "people" / file).read_text(encoding="utf-8"))
        found |= dict.fromkeys(sentences, f"people/{file}")
    ranks = {priority.label(rank): "call_queue/priority.py" for rank in priority.ORDER}
    found |= dict.fromkeys(standards.WORDS.values(), "estimates/standards.py")
    return found | ranks | dict.fromkeys(LABELS.values(), "people/roles.py")


def test_every_text_has_an_english_line() -> None:
    found = texts()
    assert len(found) > 50, "the extraction finds the texts at all"
    missing = {text: place for text, place in found.items() if text not in english()}
    assert missing == {}


def test_english_lines_fill_the_same_placeholders_and_hold_no_chinese() -> None:
    for text, line in english().items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(line)), text
        assert not re.search(r"[一-鿿，。：；（）]", line.replace("中文", "")), line


def test_no_text_has_two_english_lines() -> None:
    found: list[str] = []
    for file in (HERE / "web" / "locale" / "en").glob("*.po"):
        with file.open("rb") as opened:
            found += [str(message.id) for message in read_po(opened) if message.id]
    assert {text for text, times in Counter(found).items() if times > 1} == set()

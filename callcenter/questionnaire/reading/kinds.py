"""The cell `type` in its several spellings, and what an or_other adds."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from callcenter.questionnaire.definition import Choice, Question
from callcenter.questionnaire.expressions import compile_expression
from callcenter.questionnaire.languages import CHINESE, code_of
from callcenter.questionnaire.question_types import KNOWN, SELECTING, SPELLINGS
from callcenter.questionnaire.reading.features import FILE_ENDINGS, TYPES

OTHER = "other"
OR_OTHER = (("or_other",), ("or", "specify"), ("or", "other"), ("or", "specify", "other"))
BEGINS, ENDS = {"begin_group": False, "begin_repeat": True}, {"end_group": False, "end_repeat": True}
SAID_OF_OTHER = {"choice": ("其他", "Other"), "text": ("请具体说明", "Please specify")}
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def kind_of(text: str) -> tuple[str, str, bool]:
    """Type, list name and or_other of a cell such as `select_one yes_no or_other`."""
    words = text.split()
    lower = [word.lower() for word in words]
    or_other = any(len(words) > len(ending) + 1 and tuple(lower[-len(ending) :]) == ending for ending in OR_OTHER)
    for count in (4, 3, 2, 1):
        head = " ".join(lower[:count])
        if head in SPELLINGS or (count == 1 and head):
            kind = SPELLINGS.get(head, head)
            if len(words) > count and not _takes_more(kind):
                return text, "", False
            list_name = words[count] if len(words) > count else ""
            from_file = kind in SELECTING and list_name.lower().endswith(FILE_ENDINGS)
            return f"{kind}_from_file" if from_file else kind, list_name, or_other
    return text, "", False


def _takes_more(kind: str) -> bool:
    """Whether a name may follow the type in its cell."""
    return kind in SELECTING or kind in TYPES or kind in BEGINS or kind in ENDS


def nearest_first(text: str) -> list[str]:
    """The types that are known, first the one that was probably meant."""
    near = get_close_matches(text.partition(" ")[0].lower(), KNOWN, n=1, cutoff=0.7)
    return [*near, *(kind for kind in KNOWN if kind not in near)]


def only_heads(kind: str, appearance: str) -> bool:
    """Whether it shows the labels of its choices above other questions and takes no answer."""
    return kind in SELECTING and "label" in appearance.lower().split()


class OtherTexts:
    """What is said of an `other`, in the languages of the form."""

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        listed = list(labels)
        self.chinese = any(_CHINESE.search(text) for language, text in listed if not language) or not any(text for _, text in listed)
        self.languages = sorted({language for language, _ in listed} - {""})

    def of(self, what: str) -> dict[str, str]:
        """Language to text; the empty language is the form's own."""
        chinese, english = SAID_OF_OTHER[what]
        own = chinese if self.chinese or any(code_of(language) == CHINESE for language in self.languages) else english
        return {"": own, **{language: chinese if code_of(language) == CHINESE else english for language in self.languages}}

    def choice(self) -> Choice:
        """The choice that or_other adds."""
        return Choice(OTHER, self.of("choice"), fixed=True, always=True)

    def question(self, question: Question) -> Question:
        """The text that or_other asks for."""
        asked = (*question.relevant, compile_expression(f"selected(${{{question.name}}}, '{OTHER}')"))
        return Question(
            f"{question.name}_other",
            "text",
            question.row,
            {"label": self.of("text")},
            relevant=asked,
            nonanswers=question.nonanswers,
            path=question.path,
            fixed=question.fixed,
        )

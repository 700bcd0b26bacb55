"""The right person as told on the telephone: read from what was typed, and kept with the number where that person is reached.

The contact that a list named stays as listed. Kept beside the number, a person is hidden, shown and detached together with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcenter.call_queue.number_kinds import kind_of
from callcenter.errors import InvalidInput, Refused
from callcenter.lists import phone_numbers
from callcenter.lists.cells import clean
from callcenter.lists.phone_numbers import Phone

LONGEST = 40
"""Characters of a name or role."""


@dataclass(frozen=True)
class Contact:
    """A person to ask for. `number` (E.164) is empty where the number is the one being spoken on; `at_once`: to be called now."""

    name: str
    role: str = ""
    number: str = ""
    extension: str = ""
    at_once: bool = False


def one_number(typed: str) -> Phone:
    """The one number that was typed, with its extension; InvalidInput where it is none or several."""
    found = phone_numbers.read(clean(typed)).phones
    if len(found) != 1:
        raise InvalidInput("number_unread", "号码看不懂：请只填一个完整的手机号，或带区号的座机号。")
    return found[0]


def read_contact(name: str, role: str = "", number: str = "", extension: str = "", *, at_once: bool = False) -> Contact:
    """A contact from what was typed; InvalidInput says which part cannot be one."""
    name, role, extension = " ".join(name.split())[:LONGEST], " ".join(role.split())[:LONGEST], clean(extension)
    if not name and not role:
        raise InvalidInput("contact_unnamed", "请填写找谁：姓名或职务至少填一项。")
    if extension and not re.fullmatch(r"[0-9]{1,6}", extension):
        raise InvalidInput("extension_unread", "分机号只能是 1 到 6 位数字。")
    told = one_number(number) if number.strip() else Phone("")
    return Contact(name, role, told.number, extension or told.extension, at_once)


def with_contact(phones: Sequence[Mapping[str, Any]], contact: Contact, number: str, now: datetime) -> list[dict[str, Any]]:
    """A case's numbers with the person at `number`; one that was told now comes first. Refused where the number has failed."""
    person = {"name": contact.name, "role": contact.role, "extension": contact.extension, "at": now.isoformat(), "at_once": contact.at_once}
    known = next((phone for phone in phones if phone["number"] == number), None)
    if known is not None and contact.number and known.get("state") in {"wrong", "dead"}:
        raise Refused("number_failed", "这个号码已经拨打过，是错号或空号：请换一个号码。")
    told = {**(known or {"number": number, "kind": kind_of(number), "state": "untried"}), "person": person}
    if contact.number or known is None:
        return [told, *(dict(phone) for phone in phones if phone["number"] != number)]
    return [told if phone["number"] == number else dict(phone) for phone in phones]


def person_told(phones: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The person told last, with the number where they are reached; none where the list's contact is all that is known."""
    named = [{**phone["person"], "number": phone["number"]} for phone in phones if phone.get("person")]
    return max(named, key=lambda person: str(person["at"]), default=None)

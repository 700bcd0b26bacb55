"""The liaison person of a unit (Annex 3): what was typed, in normal form, and what is wrong with it, field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.errors import InvalidInput
from callcenter.lists import phone_numbers
from callcenter.lists.cells import clean
from callcenter.lists.phone_numbers import MASKED, MISSING, Phone

FIELDS = ("name", "office", "post", "mobile", "landline", "mail", "filled_in_by")
LONGEST = {"name": 40, "office": 60, "post": 60, "mail": 254, "filled_in_by": 40}
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")


@dataclass(frozen=True)
class LiaisonPerson:
    """Whom to ask at a unit; numbers in E.164, what was left out is empty."""

    name: str = ""
    office: str = ""
    post: str = ""
    mobile: str = ""
    landline: str = ""
    extension: str = ""
    mail: str = ""
    filled_in_by: str = ""

    def typed(self) -> dict[str, str]:
        """The fields as one would type them."""
        shown = {field: getattr(self, field) for field in FIELDS}
        return shown | {"mobile": as_dialled(self.mobile), "landline": as_dialled(self.landline, self.extension)}


def as_dialled(number: str, extension: str = "") -> str:
    """A number as it is dialled at home: `13800001111`, `022-24532093转801`."""
    national = number.removeprefix("+86")
    if not national or (len(national) == 11 and national.startswith("1")):
        return national
    area = 2 if national.startswith(("10", "2")) else 3
    return f"0{national[:area]}-{national[area:]}" + (f"转{extension}" if extension else "")


def read(typed: Mapping[str, str]) -> tuple[LiaisonPerson, dict[str, InvalidInput]]:
    """The person of a form or sheet, and by field what must be mended; name and mobile are needed."""
    given = {field: " ".join(clean(typed.get(field, "")).split()) for field in FIELDS}
    problems = {
        field: InvalidInput("liaison_long", "这一栏太长：请不超过 {most} 个字。", most=most)
        for field, most in LONGEST.items()
        if len(given[field]) > most
    }
    if not given["name"]:
        problems["name"] = InvalidInput("liaison_name", "请填写联络员的姓名。")
    if given["mail"] and not _MAIL.fullmatch(given["mail"]):
        problems["mail"] = InvalidInput("liaison_mail", "邮箱地址不完整：请写成 name@example.cn 的样子，只写一个。")
    mobile, landline = _mobile(typed.get("mobile", "")), _landline(typed.get("landline", ""))
    problems |= {field: found for field, found in (("mobile", mobile), ("landline", landline)) if isinstance(found, InvalidInput)}
    if problems:
        return LiaisonPerson(), problems
    assert isinstance(mobile, Phone) and isinstance(landline, Phone)  # noqa: S101  # else they are problems
    others = {field: given[field] for field in ("name", "office", "post", "mail", "filled_in_by")}
    return LiaisonPerson(mobile=mobile.number, landline=landline.number, extension=landline.extension, **others), {}


def _mobile(written: str) -> Phone | InvalidInput:
    cell = phone_numbers.read(clean(written))
    if cell.reason == MISSING:
        return InvalidInput("liaison_mobile", "请填写联络员的手机号码。")
    if cell.reason == MASKED:
        return InvalidInput("liaison_mobile", "手机号码被打了星号：请填写完整的 11 位号码。")
    if cell.reason:
        return InvalidInput("liaison_mobile", "手机号码不能拨打：请核对，填写 11 位手机号码。")
    if len(cell.phones) > 1:
        return InvalidInput("liaison_mobile", "请只填写一个手机号码。")
    if not cell.phones[0].mobile:
        return InvalidInput("liaison_mobile", "这是固定电话：请填写 11 位手机号码，固定电话填在座机一栏。")
    return Phone(cell.phones[0].number)


def _landline(written: str) -> Phone | InvalidInput:
    cell = phone_numbers.read(clean(written))
    if cell.reason == MISSING:
        return Phone("")
    if cell.reason:
        return InvalidInput("liaison_landline", "座机号码不能拨打：请写成 022-24532093 的样子，分机写在后面（转801）。")
    if len(cell.phones) > 1:
        return InvalidInput("liaison_landline", "请只填写一个座机号码。")
    if cell.phones[0].mobile:
        return InvalidInput("liaison_landline", "这是手机号码：座机一栏请填写固定电话，没有可以不填。")
    return cell.phones[0]

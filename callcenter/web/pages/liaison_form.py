"""The form of a liaison person: typed or filled from a sheet, and what must be mended. Posted: no number stands in an address."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, UploadFile

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.lists import liaison, liaison_sheet
from callcenter.lists.liaison import LiaisonPerson
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

CAME_BY = ("form", "sheet", "carried_over")
SAVED, SAME = noted("联络员已登记。"), noted("与已登记的相同，没有改变什么。")


async def _typed(request: Request) -> dict[str, str]:
    fields = await request.form()
    return {name: value for name, value in fields.items() if isinstance(value, str) and name != "csrf_token"}


Typed = Annotated[dict[str, str], Depends(_typed)]


def came_by(typed: Mapping[str, str]) -> str:
    """Whether the form was typed, filled from a sheet or carried over."""
    given = typed.get("came_by", "")
    return given if given in CAME_BY else CAME_BY[0]


def values(typed: Mapping[str, str], problems: Mapping[str, CallcenterError] | None = None, told: str = "") -> dict[str, Any]:
    """What the template of the form needs; `told` is said above it."""
    said = {field: _(problem.text, **problem.about) for field, problem in (problems or {}).items()}
    given = {field: typed.get(field, "") for field in liaison.FIELDS}
    return {"typed": given, "problems": said, "told": told, "came_by": came_by(typed)}


def stored(found: Any) -> dict[str, str]:
    """The fields of a stored record as one would type them."""
    person = LiaisonPerson(**{field: getattr(found, field) for field in LiaisonPerson.__dataclass_fields__})
    return person.typed()


def of_sheet(file: UploadFile | None, is_meant: Callable[[str], bool] = bool) -> tuple[dict[str, Any], str]:
    """The form filled from an uploaded sheet, to be looked at and saved, or why it cannot be read; and the unit that the sheet names.

    A sheet whose unit is not the one meant is told.
    """
    data = file.file.read(liaison_sheet.LARGEST + 1) if file else b""
    if not data:
        return values({}, told=_("没有选择文件：请选择填好的联络员信息表。")), ""
    try:
        found = liaison_sheet.read(data)
    except CallcenterError as refusal:
        return values({}, told=_(refusal.text, **refusal.about)), ""
    if not found.persons:
        return values(found.typed, told=_("表中没有填写联络员：请填好姓名和手机，或直接在下面填写。")), found.unit
    told = [_("已从表中读出，请核对后按“保存”。")]
    if found.unit and not is_meant(found.unit):
        told.append(_("表中的单位名称与这里的单位不同，请确认没有选错表。"))
    if found.persons > 1:
        told.append(_("表中有 {count} 人，只登记第一位。", count=found.persons))
    return values(found.typed | {"came_by": "sheet"}, liaison.read(found.typed)[1], told=" ".join(told)), found.unit


def checked(typed: Mapping[str, str]) -> tuple[LiaisonPerson, dict[str, InvalidInput]]:
    """The person typed, or what is wrong field by field."""
    return liaison.read(typed)

"""The control of the simulated carrier: faults on demand, calls that come in, and a page that shows both. For this machine only."""

from collections import deque
from dataclasses import asdict
from html import escape
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.telephony.carrier.asking import E164, Board, Fields, RestError, require_control
from callcenter.telephony.carrier.call import Call, Wanted, new_sid
from callcenter.telephony.carrier.faults import Faults

FIELD_ZONE = ZoneInfo("Asia/Shanghai")

router = APIRouter()
Ours = Depends(require_control)
SHOWN = 60
STYLE = (
    "body{font:16px/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:24px;color:#1f2933;max-width:1280px}"
    "form{display:grid;grid-template-columns:repeat(3,1fr);gap:8px 24px} form p{margin:0} button{padding:8px 24px;font:inherit}"
    "label{display:flex;align-items:center;justify-content:space-between;gap:8px;border-bottom:1px solid #d5dbe1;padding:4px 0}"
    "input{font:inherit;width:5em}"
    "input[type=checkbox]{width:auto} code{color:#52606d} table{border-collapse:collapse;width:100%}"
    "td,th{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid #d5dbe1}"
)
NAMES = {
    "lost": "回调丢失", "doubled": "回调重复", "reordered": "回调乱序", "late": "回调迟到", "late_seconds": "迟到秒数",
    "wrong_signature": "签名错误", "early": "回调先于答复", "outage": "接口中断（503）", "crowded": "请求过多（429）",
    "slow_seconds": "答复延迟秒数", "nonsense": "答复内容错乱",
    "inbound": "来电", "outbound-api": "外呼", "queued": "排队", "ringing": "振铃", "in-progress": "通话中", "completed": "结束",
    "busy": "占线", "no-answer": "无人接听", "failed": "未接通", "canceled": "取消",
}  # fmt: skip
"""What the page calls a fault, a direction, a state."""


class CallIn(BaseModel):
    """Somebody who calls one of the program's numbers: the keys pressed one question after the other, and how long they speak."""

    caller: str = Field(max_length=40)
    to: str = Field(max_length=40)
    voice_url: str = Field("", max_length=500)
    presses: list[Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=20)
    speaks_seconds: float = Field(4.0, ge=0, le=3600)


@router.post("/control/step", dependencies=[Ours])
def step(board: Board) -> dict[str, object]:
    """Let all that is due by now happen; returns when every callback is answered."""
    board.step_and_wait(clock.now())
    due = board.next_due()
    return {"next_due": due.isoformat() if due else None, "open_calls": board.open_calls()}


@router.get("/control/faults", dependencies=[Ours])
def faults(board: Board) -> dict[str, Any]:
    """What goes wrong now."""
    return asdict(board.faults)


@router.put("/control/faults", dependencies=[Ours])
def set_faults(board: Board, wanted: dict[str, Any]) -> dict[str, Any]:
    """Let things go wrong; what is not named goes well."""
    return asdict(_set(board, wanted))


@router.post("/control/calls-in", dependencies=[Ours], status_code=201)
def call_in(request: Request, board: Board, asked: CallIn) -> dict[str, object]:
    """Somebody calls one of the program's numbers."""
    if not E164.fullmatch(asked.to):
        raise RestError(400, 21211, "To is no number in E.164")
    state = request.app.state
    wanted = Wanted(url=asked.voice_url or state.voice_url)
    call = Call(
        new_sid("CA"),
        state.account_sid,
        asked.to,
        asked.caller,
        wanted,
        clock.now(),
        "inbound",
        presses=deque(asked.presses),
        speaks_seconds=asked.speaks_seconds,
    )
    board.call_in(call)
    return call.as_json()


@router.get("/control/calls/{sid}", dependencies=[Ours])
def call(board: Board, sid: str) -> dict[str, object]:
    """A call with what only the network knows: what it announced, and in which room the call is."""
    if sid not in board.calls:
        raise RestError(404, 20404, "No such call")
    found = board.calls[sid]
    return found.as_json() | {"announcement": found.announcement, "room": found.room}


@router.get("/control", dependencies=[Ours])
def page(board: Board) -> Response:
    """Faults as a form, and the latest calls."""
    boxes = "".join(_field(name, value) for name, value in asdict(board.faults).items())
    latest = list(reversed(board.calls.values()))[:SHOWN]
    rows = "".join("<tr>" + "".join(f"<td>{escape(str(cell or ''))}</td>" for cell in _row(one)) + "</tr>" for one in latest)
    head = "".join(f"<th>{name}</th>" for name in ("时间", "方向", "主叫", "被叫", "状态", "房间", "提示音"))
    return HTMLResponse(
        f"<!doctype html><html lang=zh><meta charset=utf-8><title>模拟运营商</title><style>{STYLE}</style><h1>模拟运营商</h1>"
        f"<h2>故障</h2><p>份额从 0 到 1；秒数最多 3600。</p><form method=post>{boxes}<p><button>生效</button></p></form>"
        f"<h2>最近的呼叫</h2><p>进行中 {board.open_calls()}</p><table><tr>{head}</tr>{rows}</table></html>"
    )


@router.post("/control", dependencies=[Ours])
def set_by_page(request: Request, board: Board, fields: Fields) -> Response:
    """The page's form; a form from anywhere else is refused."""
    origin = request.headers.get("origin")
    if origin is not None and origin != str(request.base_url).rstrip("/"):
        raise RestError(403, 20003, "The form belongs to another page")
    _set(board, {name: str(value) for name, value in fields.items()})
    return RedirectResponse("/control", 303)


@router.get("/health")
def health() -> dict[str, object]:
    """That the process answers."""
    return {"ok": True}


def _set(board: Board, wanted: dict[str, Any]) -> Faults:
    try:
        board.faults = Faults().changed(wanted)
    except (ValueError, TypeError) as mistake:
        raise RestError(400, 20001, str(mistake)) from mistake
    return board.faults


def _field(name: str, value: object) -> str:
    if isinstance(value, bool):
        box = f"<input type=checkbox name={name} value=true{' checked' if value else ''}>"
    else:
        box = f"<input name={name} value='{value}'>"
    return f"<label><span>{NAMES[name]} <code>{name}</code></span>{box}</label>"


def _row(one: Call) -> tuple[object, ...]:
    at = one.created.astimezone(FIELD_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    words = NAMES.get(one.direction, one.direction), NAMES.get(one.status, one.status)
    sides = (_masked(one.caller), one.to) if one.direction == "inbound" else (one.caller, _masked(one.to))
    return (at, words[0], *sides, words[1], one.room, one.announcement)


def _masked(number: str) -> str:
    return f"{number[:6]}****{number[-4:]}" if E164.fullmatch(number) else number

"""Every failure as a page, a notice for htmx, or JSON under `/api/` and `/*/api/`: what happened, what to do, a reference number."""

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import sqlalchemy.exc
import sqlalchemy.orm.exc
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from callcenter.errors import CallcenterError, Conflict, Forbidden, InvalidInput, NotFound, Refused, Unavailable
from callcenter.operations.logs import told
from callcenter.people.throttling import TooManyTries
from callcenter.web import formats, invalid_fields
from callcenter.web.rendering import page
from callcenter.web.security import LogInNeeded, PasswordChangeNeeded, safe_next
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

STATUS: list[tuple[type[CallcenterError], int]] = [
    (TooManyTries, 429),
    (InvalidInput, 422),
    (Refused, 409),
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Unavailable, 503),
]
TITLES = {
    400: noted("请求无法识别"),
    401: noted("请重新登录"),
    403: noted("没有权限"),
    404: noted("找不到这个页面"),
    405: noted("请求无法识别"),
    409: noted("现在不能这样做"),
    413: noted("文件太大"),
    422: noted("填写的内容有问题"),
    429: noted("请稍后再试"),
    500: noted("程序出错了"),
    503: noted("系统暂时没有应答"),
}
TEXTS = {
    400: noted("服务器看不懂这个请求：请回到上一页再试一次。"),
    401: noted("登录已过期，刚才的操作没有执行。请重新登录，然后再做一次。"),
    403: noted("您的角色不能使用这个页面。如果需要，请联系管理员。"),
    404: noted("地址可能已经改变：请从首页重新进入。"),
    405: noted("这个地址不能这样使用：请从首页重新进入。"),
    413: noted("文件超过了允许的大小（300 MB）：请拆成几个文件分别上传。"),
    422: noted("有些内容缺少或格式不对：请回到上一页检查后再提交。"),
    500: noted("刚才的操作没有完成，已经保存的内容不受影响。请再试一次；如果还是这样，请把下面的编号告诉管理员。"),
}
AWAY = noted("数据库暂时没有应答。已经保存的内容都在，不会丢失；恢复后本页会自动继续。")
API = re.compile(r"^/(?:[^/]+/)?api(?:/|$)")

log = structlog.get_logger("web")


def install(app: FastAPI) -> None:
    """Teach the app to answer each kind of failure."""
    app.add_exception_handler(CallcenterError, _expected)
    app.add_exception_handler(LogInNeeded, _log_in_needed)
    app.add_exception_handler(PasswordChangeNeeded, _password_change_needed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for away in (psycopg.OperationalError, psycopg.InterfaceError, sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(sqlalchemy.exc.TimeoutError, _away)
    for at_once in (psycopg.errors.UniqueViolation, sqlalchemy.exc.IntegrityError, sqlalchemy.orm.exc.StaleDataError):
        app.add_exception_handler(at_once, _at_once)
    app.add_exception_handler(sqlalchemy.exc.DataError, _too_large)
    app.add_exception_handler(psycopg.errors.NumericValueOutOfRange, _too_large)


def wants_json(request: Request) -> bool:
    """Whether the answer is read by a program."""
    return bool(API.match(request.url.path)) or request.headers.get("accept", "").startswith(("application/json", "text/event-stream"))


def answer(request: Request, status: int, code: str, text: str, **more: Any) -> Response:
    """A failure in the form that the asker reads."""
    reference = request.state.reference
    title = _(TITLES.get(status, TITLES[500]))
    if wants_json(request):
        return JSONResponse({"refused": True, "why": code, "about": text, "reference": reference}, status)
    values = {"status": status, "code": code, "title": title, "text": text, "reference": reference, **more}
    person = getattr(request.state, "person", None)
    if "hx-request" in request.headers:
        response: Response = page(request, person, "errors/notice.html", **values)
        response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"})
    else:
        response = page(request, person, "errors/error.html", **values)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def answer_failure(request: Request) -> Response:
    """The page of a failure that nobody expected."""
    return answer(request, 500, "internal", _(TEXTS[500]))


async def _expected(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, CallcenterError)  # noqa: S101  # as registered
    if failure.code == "database_away":
        return await _away(request, failure)
    status = next(status for kind, status in STATUS if isinstance(failure, kind))
    log.info("refused", reference=request.state.reference, why=failure.code, status=status)
    about = dict(failure.about)
    if isinstance(failure, TooManyTries):
        about["retry_at"] = formats.clock_time(failure.retry_at)
    return answer(request, status, failure.code, _(failure.text, **about))


async def _log_in_needed(request: Request, failure: Exception) -> Response:
    expired = getattr(failure, "expired", False)
    if wants_json(request):
        return answer(request, 401, "log_in_needed", _(TEXTS[401]))
    if "hx-request" in request.headers:
        back = urlsplit(request.headers.get("hx-current-url", ""))
        here = back.path + (f"?{back.query}" if back.query else "")
        return Response(status_code=401, headers={"HX-Redirect": _log_in_address(here, expired)})
    if request.method in ("GET", "HEAD"):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(_log_in_address(here, expired), 303)
    back = urlsplit(request.headers.get("referer", ""))
    return answer(request, 401, "log_in_needed", _(TEXTS[401]), log_in=_log_in_address(back.path, expired))


def _log_in_address(back_to: str, expired: bool) -> str:
    query = {"next": safe_next(back_to) or "", "expired": "1" if expired else ""}
    filled = {name: value for name, value in query.items() if value and value != "/"}
    return "/log-in" + (f"?{urlencode(filled, safe='/')}" if filled else "")


async def _password_change_needed(request: Request, _failure: Exception) -> Response:
    if wants_json(request):
        return answer(request, 403, "password_change_needed", _("请先登录网页，把管理员给的密码换成自己的。"))
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": "/account/password"})
    return RedirectResponse("/account/password", 303)


async def _http(request: Request, failure: Exception) -> Response:
    status = getattr(failure, "status_code", 500)
    shown = status if status in TEXTS else (400 if status < 500 else 500)
    response = answer(request, status, f"http_{status}", _(TEXTS[shown]))
    response.headers.update(getattr(failure, "headers", None) or {})
    return response


async def _invalid(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)  # noqa: S101  # as registered
    problems = failure.errors()
    log.info("invalid", reference=request.state.reference, fields=sorted({str(problem["loc"][-1]) for problem in problems}))
    text = " ".join(invalid_fields.sentences(problems)) or _(TEXTS[422])
    return answer(request, 422, "invalid", text, too_long=invalid_fields.too_long(problems))


async def _too_large(request: Request, failure: Exception) -> Response:
    """A number that no table can hold names nothing that there is: whether it stood in an address or in a form."""
    if not isinstance(getattr(failure, "orig", failure), psycopg.errors.NumericValueOutOfRange):
        raise failure
    log.info("number_too_large", reference=request.state.reference)
    if request.method in ("GET", "HEAD"):
        return answer(request, 404, "number_too_large", _(TEXTS[404]))
    return answer(request, 422, "number_too_large", _("编号或数字太大，没有这样的记录：请回到上一页检查后再提交。"))


async def _at_once(request: Request, failure: Exception) -> Response:
    """The same was saved by somebody else, or by another click, between the look and the writing: nothing of this one was saved."""
    unique = isinstance(getattr(failure, "orig", failure), psycopg.errors.UniqueViolation)
    if not unique and not isinstance(failure, sqlalchemy.orm.exc.StaleDataError):
        raise failure
    log.warning("saved_at_once", reference=request.state.reference, **told(failure))
    return answer(request, 409, "saved_at_once", _("就在这时有人（或另一次点击）保存了同样的内容，这一次没有保存：请刷新页面查看。"))


async def _away(request: Request, failure: Exception) -> Response:
    log.error("database_away", reference=request.state.reference, **told(failure))
    return answer(request, 503, "database_away", _(AWAY))

"""What codes are called on pages: actions, subjects, jobs, details, reasons. A code without a label is shown as it is."""

from collections.abc import Mapping
from typing import Any

from callcenter.calls import outcomes
from callcenter.errors import Phrase
from callcenter.people.roles import LABELS as ROLES
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

ACTIONS = {
    "add_do_not_call": noted("加入免打扰"),
    "alert_closed": noted("处理提醒"),
    "case_finished": noted("登记结果"),
    "case_given_back": noted("交还个案"),
    "case_opened": noted("查看个案"),
    "certificate_fetched": noted("下载抽样证书"),
    "certificate_opened": noted("查看抽样证书"),
    "deliveries_fetched": noted("下载报送进度表"),
    "design_fixed": noted("确定抽样设计"),
    "disposition_corrected": noted("更正处置代码"),
    "draft_removed": noted("删除备选抽样方案"),
    "draft_saved": noted("保存备选抽样方案"),
    "draw_committed": noted("抽样承诺"),
    "drawn": noted("抽样"),
    "end_calendar_day": noted("撤销日历登记"),
    "extend_phase": noted("延长阶段"),
    "fetch_list": noted("下载名单原件"),
    "fetch_receipt": noted("下载回执表"),
    "frame_exported": noted("导出抽样框"),
    "freeze_frame": noted("冻结抽样框"),
    "judge_list": noted("核对名单"),
    "late_result": noted("迟到的结果，只留作记录"),
    "lease_expired": noted("个案占用到时收回"),
    "liaison_named": noted("登记联络员"),
    "liaison_opened": noted("查看联络员"),
    "load_study": noted("载入调查"),
    "logged_in": noted("登录"),
    "logged_out": noted("退出登录"),
    "named_for_refusals": noted("指定处理婉拒个案"),
    "not_named_for_refusals": noted("不再处理婉拒个案"),
    "number_added": noted("补充号码"),
    "numbers_shown": noted("显示完整号码"),
    "outcome_settled": noted("系统补登结果"),
    "package_fetched": noted("下载数据包"),
    "package_made": noted("生成数据包"),
    "password_changed": noted("本人修改密码"),
    "password_reset": noted("重设密码"),
    "public_value_entered": noted("登记公开数值"),
    "refuse_list": noted("退回名单文件"),
    "contacts_capped": noted("因联系次数上限不再拨打"),
    "release_questionnaire": noted("发布问卷"),
    "release_mode_changed": noted("改变补充样本的释放方式"),
    "released": noted("放号"),
    "role_changed": noted("改角色"),
    "sealed_certificate_fetched": noted("下载封存的抽样证书"),
    "set_calendar_day": noted("登记工作日历"),
    "set_screening": noted("设定筛选规则"),
    "state_list": noted("填报总数或政策月份"),
    "submit_list": noted("报送名单"),
    "top_up_accepted": noted("接受补充建议"),
    "top_up_declined": noted("不接受补充建议"),
    "trained": noted("获准使用问卷"),
    "user_added": noted("添加人员"),
    "user_disabled": noted("停用账户"),
    "user_enabled": noted("恢复账户"),
}

RESPONDENTS = {"enterprises": noted("企业"), "institutions": noted("机构"), "persons": noted("个人（可含企业）")}

SUBJECTS = {
    "alert": noted("提醒"),
    "calendar_day": noted("日历中的一天"),
    "case": noted("个案"),
    "design": noted("抽样设计"),
    "do_not_call": noted("免打扰条目"),
    "draw": noted("抽样"),
    "frame": noted("抽样框"),
    "frame_unit": noted("名录单位"),
    "liaison": noted("联络员登记"),
    "package": noted("数据包"),
    "phase": noted("阶段"),
    "population": noted("样本总体"),
    "questionnaire": noted("问卷"),
    "release": noted("放号"),
    "stage": noted("评估阶段"),
    "stratum": noted("层"),
    "study": noted("调查"),
    "submission": noted("报送"),
    "user": noted("用户"),
}

JOBS = {
    "expire_leases": noted("收回到时的个案占用"),
    "sweep_calls": noted("查询没有回音的电话"),
    "settle_abandoned": noted("补登没有登记的结果"),
    "propose_top_ups": noted("建议补充样本"),
    "close_barred": noted("结束免打扰的个案"),
    "forget_old_runs": noted("清理旧的运行记录"),
    "forget_old_log_ins": noted("清理旧的登录记录"),
    "export": noted("生成数据包"),
    "freeze_frame": noted("冻结抽样框"),
    "try_screening": noted("试算筛选规则"),
    "preview_frame": noted("合并名单（预览抽样框）"),
    "judge_list": noted("核对名单"),
    "make_receipt": noted("准备回执表"),
    "forget_kept_files": noted("清理旧的回执表"),
}

DETAILS = {
    "accepted": noted("采用"),
    "asked": noted("已查询"),
    "attempt": noted("拨打"),
    "away": noted("未能查询"),
    "bytes": noted("字节数"),
    "closed": noted("已结束"),
    "code": noted("代码"),
    "count": noted("数量"),
    "department": noted("报送单位"),
    "design_sha256": noted("设计校验值"),
    "draw": noted("抽样"),
    "draw_no": noted("抽样序号"),
    "duplicate": noted("重复"),
    "error": noted("错误"),
    "first_position": noted("起始次序"),
    "folder_sha256": noted("调查内容校验值"),
    "forgotten": noted("已清理"),
    "frame_sha256": noted("抽样框校验值"),
    "frame_size": noted("抽样框单位数"),
    "from": noted("原为"),
    "kind": noted("种类"),
    "lease": noted("占用编号"),
    "mode": noted("释放方式"),
    "moved": noted("有新状态"),
    "name": noted("名称"),
    "next": noted("下一步"),
    "number": noted("编号"),
    "operator": noted("话务员"),
    "outcome": noted("结果"),
    "population": noted("样本总体"),
    "proposed": noted("已建议"),
    "public_due": noted("公开时间"),
    "public_source": noted("公开来源"),
    "public_value": noted("公开数值"),
    "questionnaire": noted("问卷"),
    "rejected": noted("退回"),
    "returned": noted("已收回"),
    "role": noted("角色"),
    "rows": noted("行"),
    "sample_sha256": noted("样本校验值"),
    "scope": noted("范围"),
    "rules": noted("规则数"),
    "screening_sha256": noted("筛选规则校验值"),
    "screening_version": noted("筛选规则版本"),
    "seed_commitment": noted("种子承诺值"),
    "settled": noted("已补登"),
    "sha256": noted("校验值"),
    "size": noted("单位数"),
    "source": noted("来源"),
    "stratum": noted("层"),
    "to": noted("改为"),
    "unit": noted("单位"),
    "version": noted("版本"),
    "warned": noted("有提醒"),
    "why": noted("原因"),
}

VALIDITY = {
    "incomplete": noted("访问没有完成"),
    "wrong_enterprise": noted("不是该企业"),
    "matter_not_confirmed": noted("未确认办理过该事项"),
    "core_unanswered": noted("核心题回答不足"),
    "outside_window": noted("不在调查期内"),
    "contradiction": noted("回答前后矛盾"),
    "too_short": noted("访问时间过短"),
}

DECISIONS = {
    "cap": noted("联系次数已到上限"),
    "too_many_attempts": noted("拨打次数过多"),
    "max_attempts": noted("已到最多拨打次数"),
    "one_more_offer": noted("再拨一次"),
    "another_daypart": noted("换时段再拨"),
    "next_daypart": noted("下一时段再拨"),
    "same_daypart": noted("同一时段再拨"),
    "as_told": noted("按告知的时间再拨"),
    "no_number_left": noted("没有可用号码"),
    "next_number": noted("换号码再拨"),
    "refused": noted("拒访"),
    "conversion": noted("婉拒后再联系"),
    "appointment": noted("已约定时间"),
    "resume": noted("继续未完成的访问"),
    "second_informant": noted("向第二位经办人核实"),
}
"""Why a case is called again or closed, where the code is no outcome."""

OTHERS = {
    "first": noted("首次"),
    "replacement": noted("替换"),
    "supplement": noted("补充"),
    "main": noted("主样本"),
    "top_up": noted("补充样本"),
    "number": noted("号码"),
    "enterprise": noted("企业"),
    "sheet": noted("表格导入"),
    "unsupported": noted("不是表格文件"),
    "encrypted": noted("文件设有密码"),
    "corrupt": noted("文件已损坏"),
    "bomb": noted("文件大得反常"),
    "no_table": noted("没有找到名单"),
    "liaison_missing": noted("没有登记联络员"),
    "window_closed": noted("不在报送期内"),
    "failed": noted("线路故障"),
    "away": noted("运营商没有回应"),
    "crowded": noted("运营商线路拥挤"),
    "rejected": noted("运营商不接受"),
    "missing": noted("没有设置运营商"),
    "workday": noted("工作日"),
    "day_off": noted("休息日"),
}

DISPOSITIONS = {
    "1.1": noted("完成访问"),
    "1.2": noted("部分完成"),
    "2.111": noted("企业拒访"),
    "2.112": noted("经办人拒访"),
    "2.12": noted("中途中断"),
    "2.21": noted("未能联系到经办人"),
    "2.22": noted("该企业的语音信箱"),
    "2.31": noted("企业已停业"),
    "2.32": noted("受访者无法作答"),
    "2.33": noted("语言不通"),
    "2.36": noted("已约定，尚未访问"),
    "3.11": noted("尚未拨打"),
    "3.12": noted("占线"),
    "3.13": noted("无人接听"),
    "3.14": noted("语音信箱，不知属于谁"),
    "3.15": noted("被拦截"),
    "3.16": noted("线路故障，未拨通"),
    "3.20": noted("接听者未确认是否为该企业"),
    "3.30": noted("否认办理，尚未核实"),
    "3.90": noted("没有可用号码"),
    "4.10": noted("重复的企业"),
    "4.70": noted("不符合访问条件"),
    "4.80": noted("否认办理，已核实"),
    "4.90": noted("其他不合格"),
}

_VALUES = {**OTHERS, **ROLES, **VALIDITY, **DECISIONS, **{known.code: known.label for known in outcomes.ALL}}


def action(code: str) -> str:
    """What was done."""
    return _(ACTIONS.get(code, code))


def subject(kind: str) -> str:
    """What it was done to."""
    return _(SUBJECTS.get(kind, kind))


def subject_kind(typed: str) -> str:
    """The kind that a reader means who typed the label or the code."""
    return next((kind for kind, label in SUBJECTS.items() if typed in {label, _(label)}), typed)


def job(code: str) -> str:
    """A job of the workers or a line of the timetable."""
    return _(JOBS.get(code, code))


def detail(key: str) -> str:
    """The name of a detail."""
    return _(DETAILS.get(key, key))


def value(given: Any, key: str = "") -> Any:
    """A reason, outcome, role or kind; whatever else it is stays."""
    if given is None:
        return "–"
    if key == "code":
        return disposition(str(given))
    return _(_VALUES[given]) if isinstance(given, str) and given in _VALUES and key != "name" else given


def disposition(code: str) -> str:
    """A disposition code with its meaning."""
    return f"{code} {_(DISPOSITIONS[code])}" if code in DISPOSITIONS else code


def verdict(*, valid: bool, reasons: list[str], flags: list[str]) -> str:
    """Valid or not and why; a flag asks for a look, it does not speak against the interview."""
    why = "、".join(str(value(code)) for code in (reasons or flags))
    if valid:
        return _("有效，需复核：{why}", why=why) if flags else _("有效样本")
    return _("无效样本：{why}", why=why) if reasons else _("无效样本")


def refusal(kept: Mapping[str, Any]) -> str:
    """Why a file was refused, as kept with its submission."""
    if "text" not in kept:
        return str(kept["about"])
    filled = {name: Phrase(part) if isinstance(part, str) else part for name, part in kept["filled"].items()}
    return _(kept["text"], **filled)


def sentence(text: str, about: Mapping[str, Any]) -> str:
    """A sentence whose placeholders may hold codes."""
    return _(text, **{name: value(given) for name, given in about.items()})

"""What static/operator/ says, in the operator's language."""

from callcenter.web.labels.working import BREAKS, MODES, OPERATOR_STATES
from callcenter.web.pages.operator.offers import KEYS
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

TEXTS = {
    "idle": noted("准备好了：按 N 取下一个个案。"),
    "idle_off": noted("您还没有上班：按 N 取下一个个案，就算上班。"),
    "idle_break": noted("休息中：按 N 回来取下一个个案。"),
    "idle_training": noted("培训中：按 N 回来取下一个个案。"),
    "idle_practice": noted("练习：按 N 取一个练习个案。"),
    "idle_wrap_up": noted("话后整理：按 N 取下一个个案，按 E 延长一分钟。"),
    "none_empty": noted("没有等待拨打的个案。"),
    "none_stopped": noted("本调查已停止拨打，请等督导恢复。原因：{reason}"),
    "none_closed": noted("现在不在电话调查期或拨打时段内。"),
    "none_only_appointments": noted("现在不是拨打时段，只有到时的预约可以拨打；您没有到时的预约。"),
    "none_nothing_due": noted("现在没有到时的个案。"),
    "next_due": noted("下一个大约在 {at}。"),
    "matter": noted("所列业务"),
    "contact": noted("联系人"),
    "phones": noted("号码"),
    "history": noted("以前的拨打"),
    "others": noted("该企业的其他个案"),
    "bundle": noted("这次通话依次询问"),
    "bundle_waiting": noted("稍后问"),
    "bundle_asking": noted("正在问"),
    "bundle_done": noted("问完"),
    "finished_other": noted("另一项业务：{outcome}。"),
    "none_yet": noted("还没有拨打过"),
    "appointment": noted("预约"),
    "conversion": noted("上次婉拒，请留意开场"),
    "line": noted("显示号码"),
    "dial_hint_preview": noted("看过左边的情况后，按 D 拨打。"),
    "dial_hint_progressive": noted("看一下左边的情况：马上自动拨打，按 D 立即拨打。"),
    "dial_hint_manual": noted("看过左边的情况后，用话机拨打所列号码，同时按 D。"),
    "by_hand": noted("请用话机拨打，听到结果后按键。"),
    "desk_answered": noted("接通了"),
    "desk_unanswered": noted("没有接通"),
    "desk_busy": noted("占线"),
    "dials_in": noted("{left} 秒后自动拨打"),
    "wrap_up_left": noted("还有 {left}"),
    "extension": noted("转"),
    "dial_this": noted("拨打"),
    "instance": noted("第 {number} 个，共 {of} 个"),
    "instance_open": noted("第 {number} 个"),
    "instance_more": noted("再加一个"),
    "instance_less": noted("不再问这一个"),
    "nonanswers": noted("不念出来的选项"),
    "two_digits": noted("按两位数字选择"),
    "rank_hint": noted("按先后顺序逐个选择，再按一次取消"),
    "rank_place": noted("第 {place}"),
    "noted_undone": noted("已撤销：请重新登记结果。"),
    "noted_contact": noted("已记下要找的人。"),
    "person_told": noted("电话中告知"),
    "contact_listed": noted("名单上："),
    "case_as_usual": noted("由系统按这次通话决定"),
    "noted_spam": noted("已记下：线路显示为骚扰。"),
    "no_objections": noted("没有找到。"),
    "wait_answer": noted("正在呼叫，请听提示音。"),
    "tell": noted("通话已结束：请登记结果。"),
    "tell_or_ask": noted("通话已结束：补记回答，或按 O 登记结果。"),
    "to_questions": noted("回到问卷"),
    "answered_meanwhile": noted("电话刚刚有人接听了，没有登记：请继续通话。"),
    "interview_done": noted("访问到此结束：请致谢，然后登记结果。"),
    "progress": noted("第 {done} 题，共约 {total} 题"),
    "progress_open": noted("第 {done} 题"),
    "say": noted("请念"),
    "next": noted("下一题"),
    "back": noted("上一题"),
    "several": noted("可以多选"),
    "saved": noted("已保存 {at}"),
    "nothing_saved": noted("还没有要保存的内容"),
    "online": noted("连接正常"),
    "offline": noted("连接中断：内容都在，正在自动重试"),
    "saving": noted("正在保存"),
    "state_none": noted("未拨打"),
    "state_placing": noted("正在拨出"),
    "state_queued": noted("正在拨出"),
    "state_ringing": noted("振铃"),
    "state_answered": noted("通话中"),
    "state_completed": noted("通话结束"),
    "state_busy": noted("占线"),
    "state_no_answer": noted("无人接听"),
    "state_failed": noted("未接通"),
    "state_canceled": noted("已取消"),
    "phone_talking": noted("正在通话"),
    "phone_untried": noted("未拨过"),
    "phone_good": noted("有人接"),
    "phone_wrong": noted("号码不对"),
    "phone_dead": noted("空号"),
    "phone_suspended": noted("停机"),
    "suggested": noted("建议"),
    "choose_outcome": noted("登记结果"),
    "not_offered": noted("现在不能登记这个结果：请先拨打，或看右边列出的结果。"),
    "second_tab": noted("这个工作台已在另一个页面打开。请只用一个，以免两边同时操作。"),
    "use_here": noted("在这里继续"),
    "logged_out": noted("登录已过期。答案都已保存：请在新标签页登录，然后回到这里继续。"),
    "log_in": noted("去登录"),
    "finished_late": noted("这个个案已不在您手上，结果只留作记录，没有改变个案。"),
    "finished": noted("已登记：{outcome}。"),
    "finished_appointment": noted("已登记：{outcome}。已约 {at}。"),
    "finished_call": noted("已登记：{outcome}。下次拨打 {at}。"),
    "finished_close": noted("已登记：{outcome}。个案结束。"),
    "finished_trace": noted("已登记：{outcome}。没有可用号码，转入查找号码。"),
    "give_back": noted("交还"),
    "hard": noted("定时"),
    "soft": noted("大致时间"),
}


def texts() -> dict[str, str]:
    """All of them, translated; placeholders stay for the page."""
    named = {"doing": OPERATOR_STATES, "break": BREAKS, "mode": MODES}
    more = {f"{kind}_{code}": label for kind, labels in named.items() for code, label in labels.items()}
    keys = {f"key_{code}": key for code, key in KEYS.items()}
    return {**{name: _(text) for name, text in {**TEXTS, **more}.items()}, **keys}


INCOMING = {
    "waits": noted("{number} 打到 {line}，已等 {seconds} 秒"),
    "withheld": noted("号码未显示"),
    "take": noted("接听："),
    "failed": noted("没有接成，请再试一次。"),
}


def incoming_texts() -> dict[str, str]:
    """What static/incoming.js says."""
    return {name: _(text) for name, text in INCOMING.items()}

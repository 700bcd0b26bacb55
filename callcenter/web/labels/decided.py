"""Reasons, decisions, dispositions and kinds that stand beside cases, lists and lines."""

from callcenter.web.translations import noted

RESPONDENTS = {"enterprises": noted("企业"), "institutions": noted("机构"), "persons": noted("个人（可含企业）")}

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
    "untraced": noted("找不到号码"),
    "corrected": noted("代码已更正"),
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
    "labels": noted("多次被手机标记"),
    "answer_rate": noted("接通率低于控制下限"),
    "by_hand": noted("督导暂停"),
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

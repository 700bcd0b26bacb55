"""What each role finds in the head of every page, in this order; the first is where it begins."""

from callcenter.web.translations import noted

NAVIGATION: dict[str, list[tuple[str, str]]] = {
    "submitter": [
        (noted("本单位报送"), "/submitter"),
        (noted("随机抽样记录"), "/draws"),
        (noted("联络员"), "/submitter/liaison"),
    ],
    "operator": [
        (noted("工作台"), "/operator"),
        (noted("我的预约"), "/operator/appointments"),
        (noted("我的今天"), "/operator/day"),
    ],
    "supervisor": [
        (noted("总览"), "/supervisor"),
        (noted("名单报送"), "/supervisor/deliveries"),
        (noted("名单与抽样框"), "/supervisor/lists"),
        (noted("抽样"), "/supervisor/sampling"),
        (noted("跟进"), "/supervisor/appointments"),
        (noted("比率"), "/rates"),
        (noted("个案查询"), "/cases"),
        (noted("人员与班次"), "/supervisor/people"),
        (noted("工作日历"), "/calendar"),
        (noted("看板"), "/boards"),
    ],
    "evaluator": [
        (noted("结果"), "/evaluator"),
        (noted("比率"), "/rates"),
        (noted("个案查询"), "/cases"),
        (noted("工单时长"), "/work-orders"),
        (noted("抽样证书"), "/sampling/certificates"),
        (noted("看板"), "/boards"),
    ],
    "administrator": [
        (noted("人员"), "/administrator/people"),
        (noted("后台任务"), "/administrator/jobs"),
        (noted("工作日历"), "/calendar"),
        (noted("操作记录"), "/administrator/audit"),
        (noted("看板"), "/boards"),
    ],
    "commissioner": [
        (noted("首页"), "/commissioner"),
        (noted("随机抽样记录"), "/draws"),
        (noted("看板"), "/boards"),
        (noted("比率"), "/rates"),
        (noted("结果"), "/evaluator"),
    ],
}


def home(role: str) -> str:
    """Where a role begins."""
    return NAVIGATION[role][0][1]

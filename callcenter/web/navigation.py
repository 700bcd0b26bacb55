"""What each role finds in the head of every page: groups in this order, each with its pages; the first page is where the role begins."""

from dataclasses import dataclass

from callcenter.web.translations import noted


@dataclass(frozen=True)
class Group:
    """Pages that belong together: one entry of the menu, which leads to the first; the others stand in the line below it."""

    label: str
    pages: tuple[tuple[str, str], ...]
    """Label and address of each."""

    @property
    def url(self) -> str:
        """Where its entry leads."""
        return self.pages[0][1]


def alone(label: str, url: str) -> Group:
    """A page that is a group by itself."""
    return Group(label, ((label, url),))


BOARDS = alone(noted("看板"), "/boards")
PRACTICE = alone(noted("练习"), "/practice")
CALENDAR = alone(noted("工作日历"), "/calendar")

NAVIGATION: dict[str, list[Group]] = {
    "submitter": [
        alone(noted("本单位报送"), "/submitter"),
        alone(noted("随机抽样记录"), "/draws"),
        alone(noted("联络员"), "/submitter/liaison"),
    ],
    "operator": [
        alone(noted("工作台"), "/operator"),
        alone(noted("我的预约"), "/operator/appointments"),
        alone(noted("我的今天"), "/operator/day"),
        PRACTICE,
        alone(noted("我的话机"), "/telephone"),
    ],
    "supervisor": [
        alone(noted("总览"), "/supervisor"),
        Group(
            noted("名单管理"),
            (
                (noted("名单报送"), "/supervisor/deliveries"),
                (noted("名单与抽样框"), "/supervisor/lists"),
            ),
        ),
        alone(noted("抽样"), "/supervisor/sampling"),
        Group(
            noted("呼叫"),
            (
                (noted("正在进行的通话"), "/supervisor/calls"),
                (noted("来电留言"), "/supervisor/messages"),
                (noted("个案查询"), "/cases"),
                (noted("预约"), "/supervisor/appointments"),
                (noted("查找号码"), "/supervisor/tracing"),
                (noted("外呼线路"), "/supervisor/lines"),
                (noted("人员与班次"), "/supervisor/people"),
                (noted("练习"), "/practice"),
            ),
        ),
        Group(
            noted("质量"),
            (
                (noted("各项比率"), "/rates"),
                (noted("复核"), "/supervisor/rechecks"),
                (noted("访问质量"), "/supervisor/quality"),
                (noted("判定无效"), "/supervisor/invalidations"),
                (noted("其他来源"), "/other-sources"),
            ),
        ),
        CALENDAR,
        BOARDS,
    ],
    "evaluator": [
        alone(noted("结果"), "/evaluator"),
        alone(noted("落实结论"), "/evaluator/stages"),
        Group(
            noted("依据"),
            (
                (noted("各项比率"), "/rates"),
                (noted("个案查询"), "/cases"),
                (noted("工单时长"), "/work-orders"),
                (noted("抽样证书"), "/sampling/certificates"),
                (noted("其他来源"), "/other-sources"),
            ),
        ),
        BOARDS,
    ],
    "administrator": [
        alone(noted("人员"), "/administrator/people"),
        Group(noted("问卷管理"), ((noted("版本与检查"), "/administrator/questionnaires"), (noted("练习"), "/practice"))),
        Group(
            noted("运行"),
            (
                (noted("后台任务"), "/administrator/jobs"),
                (noted("操作记录"), "/administrator/audit"),
                (noted("身份导出权"), "/administrator/identity-rights"),
                (noted("提醒发送"), "/administrator/alerts"),
            ),
        ),
        CALENDAR,
        BOARDS,
    ],
    "commissioner": [
        alone(noted("首页"), "/commissioner"),
        alone(noted("随机抽样记录"), "/draws"),
        BOARDS,
        alone(noted("各项比率"), "/rates"),
        alone(noted("结果"), "/evaluator"),
    ],
}


def home(role: str) -> str:
    """Where a role begins."""
    return NAVIGATION[role][0].url


def here(path: str, groups: list[Group]) -> tuple[Group | None, str]:
    """The group and the address of the entry that a page lies under: the longest address that it begins with."""
    under = [(url, group) for group in groups for _, url in group.pages if path == url or path.startswith(url + "/")]
    url, found = max(under, key=lambda one: len(one[0]), default=("", None))
    return found, url

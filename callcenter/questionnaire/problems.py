"""The numbered catalogue of what can be wrong with a questionnaire: where, what, and what to do."""

from dataclasses import asdict, dataclass, replace

from callcenter.errors import Translated
from callcenter.questionnaire.said import english_of

ERROR, WARNING = "error", "warning"

ENGLISH: dict[str, tuple[str, str]] = {
    "Q001": ('unknown question type "{what}"', "Use a type that is known: {known}"),
    "Q002": ('the name "{what}" is missing or not usable', "Begin with a letter or underscore; only letters, digits, _ . - follow"),
    "Q003": ('the name "{what}" is used twice', "Give every question a name of its own"),
    "Q004": ('{column} refers to "{what}", which does not exist', "Mend the name or add the question"),
    "Q005": ('there is no choice list "{what}"', "Add it to choices or mend its name"),
    "Q006": ('the choice list "{what}" has the code "{code}" twice', "Use every code of a list once"),
    "Q007": ("a choice lacks its list_name, code or label", "Fill in list_name, name and label; a code holds no blanks"),
    "Q008": ("circular logic: {what}", "Take out conditions or calculations that refer to each other"),
    "Q009": ("{column} cannot be read: {what}", "Write the expression as XLSForm does"),
    "Q010": ("the question has no text", "Fill in label or say"),
    "Q011": ("groups do not match: {what}", "Every begin_group needs an end_group, every begin_repeat an end_repeat"),
    "Q012": ('no way reaches "{what}"', "Mend relevant or take the question out"),
    "Q013": ("this is no scale: {what}", "Write start=1 end=10 step=1, the start below the end"),
    "Q014": ("a calculate row has no calculation", "Add the expression"),
    "Q015": ("{column} has a placeholder that cannot be used: {what}", "Known are {known}, and ${{name}}"),
    "Q016": ('the condition refers to a later question, "{what}"', "Move that question before this one"),
    "Q017": ('unknown column "{what}"', "It is not used: check its spelling"),
    "Q018": ('unknown measure "{what}"', "Known are {known}"),
    "Q019": ('{column} names the choice "{code}", which is not in the list of "{what}"', "Mend the code"),
    "Q020": ("not supported: {what}", "{todo}"),
    "Q021": ("there is a constraint without constraint_message", "Tell the operator in one sentence which answers are accepted"),
    "Q022": ("the checklist has no item {what}", "Mend item"),
    "Q023": ("a translation is missing: {column} has no {what}", "Add the text in this language"),
    "Q024": ('unknown non-answer "{what}"', "Known are {known}, or write none"),
    "Q025": ("no answer can meet the constraint", "Relax the constraint"),
    "Q026": ("the file is no questionnaire: {what}", "Give a file with the sheets survey, choices and settings"),
    "Q027": ("the questionnaire has no questions", "Write at least one row in survey"),
    "Q028": ('the core question "{what}" can be skipped', "Write required: yes; list non-answers in nonanswers"),
    "Q029": ("pyxform says: {what}", "Check the workbook accordingly"),
    "Q030": ('the repeat "{what}" has no end', "Fill in repeat_count: a number, or an earlier answer from outside the repeat"),
    "Q031": ("{what} has no effect in a telephone interview", "It may stay; it is not used"),
    "Q032": ('the repeat "{what}" has more than {most} instances', "Make repeat_count smaller"),
    "Q033": ('it is not proved that a way reaches "{what}": not every answer could be tried', "Check relevant, or walk it"),
    "Q034": ('the relevant of "{what}" always holds', "Take it out if the question is always asked, else mend it"),
    "Q035": ('no way chooses "{code}" of "{what}", which a condition names', "Check choice_filter, constraint and the condition"),
    "Q036": ('say tells the promise "{what}" before {name} has asked what really happened', "Ask first, tell the promise later"),
    "Q038": (
        'the choice_filter of "{what}" leaves no choice on some way ({way}), and it has to be answered',
        "Mend choice_filter, or list non-answers",
    ),
    "Q039": (
        'the choice_filter of "{what}" leaves no choice on some way ({way})',
        "Mend choice_filter, or leave it out there with relevant",
    ),
    "Q040": (
        "no question is called {what}: outcomes, validity and re-checks look at these names",
        "Copy the screening block, or name the study's own questions under validity in study.yaml",
    ),
    "Q041": ("{column} has no place here: {what}", "Write it at a select_one or select_multiple with a standard; breaks needs keeps"),
    "Q042": ('the choice "{code}" stands in keeps and in breaks', "A choice keeps the promise or breaks it, or stands in neither"),
    "Q043": ("no choice breaks the promise: every answer keeps it", "Leave out of keeps what does not keep it, or take keeps out"),
    "Q044": ("times of day do not compare as texts, so this never holds: {what}", "Write {instead}"),
    "Q037": ("no answer was found that meets the constraint; not every one was tried", "Try a real answer with questionnaire walk"),
}
"""The catalogue in English: message and what to do."""

CATALOGUE: dict[str, tuple[str, str, str]] = {
    "Q001": (ERROR, "不认识的题型“{what}”", "请改用支持的题型：{known}"),
    "Q002": (ERROR, "名称“{what}”缺失或不合规", "名称以字母或下划线开头，只含字母、数字、下划线、点和连字符"),
    "Q003": (ERROR, "名称“{what}”重复", "请给每道题不同的名称"),
    "Q004": (ERROR, "{column} 中引用的“{what}”不存在", "请改正名称，或补上这道题"),
    "Q005": (ERROR, "没有选项表“{what}”", "请在 choices 中补上，或改正表名"),
    "Q006": (ERROR, "选项表“{what}”中编码“{code}”重复", "同一张表里每个编码只能用一次"),
    "Q007": (ERROR, "选项缺少表名、编码或文字", "请补上 list_name、name 和 label；编码中不能有空格"),
    "Q008": (ERROR, "逻辑循环：{what}", "请去掉互相引用的条件或计算"),
    "Q009": (ERROR, "{column} 读不懂：{what}", "请对照 XLSForm 的写法改正表达式"),
    "Q010": (ERROR, "题目没有文字", "请填写 label 或 say"),
    "Q011": (ERROR, "分组不配对：{what}", "每个 begin_group 要有一个 end_group"),
    "Q012": (ERROR, "没有任何路径能问到“{what}”", "请改正 relevant，或删去这道题"),
    "Q013": (ERROR, "刻度不对：{what}", "请写成 start=1 end=10 step=1，且起点小于终点"),
    "Q014": (ERROR, "计算题没有 calculation", "请补上要计算的表达式"),
    "Q015": (ERROR, "{column} 中的占位符不能用：{what}", "可用：{known}，以及 ${{题目名称}}"),
    "Q016": (ERROR, "条件引用了后面的题“{what}”", "请把那道题移到前面"),
    "Q017": (WARNING, "不认识的列“{what}”", "这一列不会被使用，请检查拼写"),
    "Q018": (ERROR, "不认识的计量“{what}”", "可用：{known}"),
    "Q019": (ERROR, "{column} 提到的选项“{code}”不在“{what}”的选项表中", "请改正编码"),
    "Q020": (ERROR, "还不支持：{what}", "{todo}"),
    "Q021": (WARNING, "有 constraint 但没有 constraint_message", "请写一句话告诉话务员什么样的回答可以接受"),
    "Q022": (ERROR, "清单中没有第 {what} 项任务", "请改正 item"),
    "Q023": (ERROR, "缺少译文：{column} 没有 {what}", "请补上这种语言的文字"),
    "Q024": (ERROR, "不认识的非回答“{what}”", "可用：{known}，或写 none"),
    "Q025": (ERROR, "没有任何回答能满足 constraint", "请放宽约束"),
    "Q034": (WARNING, "“{what}”的 relevant 总是成立", "如果本来就要问，请去掉 relevant；否则请改正"),
    "Q035": (WARNING, "条件提到的选项“{code}”（{what}）没有路径能选到", "请核对 choice_filter、constraint 和条件"),
    "Q036": (ERROR, "say 里先说出了承诺“{what}”，而它的实际情况还没有问（{name}）", "请先问实际情况，再提承诺"),
    "Q037": (WARNING, "没有找到能满足 constraint 的回答（不是所有回答都试过）", "请用 questionnaire walk 试一个真实的回答"),
    "Q038": (
        ERROR,
        "“{what}”的 choice_filter 在有的路径上（{way}）一个选项也不留，而这道题必须回答",
        "请改正 choice_filter，或列出 nonanswers",
    ),
    "Q039": (WARNING, "“{what}”的 choice_filter 在有的路径上（{way}）一个选项也不留", "请改正 choice_filter，或用 relevant 在这时不问它"),
    "Q040": (
        WARNING,
        "没有名为 {what} 的题：结果代码、有效性和复核都看这些题",
        "请照抄筛选部分；如果本调查另有名称，请写在 study.yaml 的 validity 中",
    ),
    "Q041": (ERROR, "{column} 不该写在这里：{what}", "请写在有 standard 的 select_one 或 select_multiple 题上；有 keeps 才写 breaks"),
    "Q042": (ERROR, "选项“{code}”同时写进了 keeps 和 breaks", "一个选项算兑现、算未兑现，或两边都不写"),
    "Q043": (WARNING, "没有选项算未兑现：怎么回答都是兑现", "请从 keeps 中去掉不算兑现的选项，或不写 keeps"),
    "Q044": (WARNING, "钟点不能当文字比大小，这个比较永远不成立：{what}", "请写成 {instead}"),
    "Q026": (ERROR, "文件不是问卷：{what}", "请提供含 survey、choices、settings 三张表的文件"),
    "Q028": (ERROR, "核心题“{what}”可以不答就跳过", "请写 required: yes；不知道、拒答等另列在 nonanswers"),
    "Q029": (WARNING, "pyxform 提醒：{what}", "请按提示核对工作簿"),
    "Q030": (ERROR, "重复组“{what}”没有尽头", "请填写 repeat_count：一个数，或前面某题的回答；它不能取决于组内的回答"),
    "Q032": (ERROR, "重复组“{what}”超过 {most} 次", "请把 repeat_count 改小"),
    "Q033": (WARNING, "没有证明有路径能问到“{what}”：不是所有回答都能试到", "请核对 relevant，或用 questionnaire walk 走一遍"),
    "Q031": (WARNING, "{what} 在电话访问中不起作用", "可以保留，本系统不使用它"),
    "Q027": (ERROR, "问卷没有题目", "请在 survey 中至少写一道题"),
}


@dataclass(frozen=True)
class Problem:
    """One entry of the catalogue, met at a place."""

    code: str
    severity: str
    sheet: str
    row: int
    message: str
    fix: str
    english: tuple[str, str] = ("", "")

    def as_json(self, language: str = "zh") -> dict[str, str | int]:
        """As the command line prints it."""
        spoken = self.in_english() if language == "en" else self
        return {name: value for name, value in asdict(spoken).items() if name != "english"}

    def in_english(self) -> "Problem":
        """The same in English; what it quotes stays as it is."""
        return replace(self, message=self.english[0], fix=self.english[1])


def problem(number: str, sheet: str, row: int, **about: object) -> Problem:
    """The catalogue's entry `number`, met in `row` of `sheet` (rows count from 1 under the header, which is row 1)."""
    severity, message, fix = CATALOGUE[number]
    in_english = {name: english_of(each) for name, each in about.items()}
    english = tuple(text.format(**in_english) for text in ENGLISH[number])
    return Problem(number, severity, sheet, row, message.format(**about), fix.format(**about), (english[0], english[1]))


class QuestionnaireProblems(Exception):
    """A questionnaire that cannot be released; all its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{p.code} {p.sheet} 第 {p.row} 行：{p.message}。{p.fix}。" for p in problems))
        self.problems = problems

    @property
    def told(self) -> Translated:
        """All of them, a line each, in either language."""
        english = (f"{p.code} {p.sheet} row {p.row}: {p.message}. {p.fix}." for p in (each.in_english() for each in self.problems))
        return Translated(str(self), "\n".join(english))

"""What README.txt of a package says."""

from collections.abc import Sequence
from typing import Any

MEANINGS = {
    "answers.xlsx": "答案（宽表、长表、编码簿）",
    "answers_long.csv": "每个回答一行",
    "answers_wide.csv": "每个已释放的个案一行：处置、权数、答案",
    "attempts.csv": "每次拨打一行，不含电话号码",
    "codebook.csv": "变量、题目、代码含义与次数",
    "codebook.html": "同上，供阅读",
    "dispositions.csv": "每个个案处置代码的全部历史",
    "draw_certificate.json": "抽样证书（开启版，含种子）：调查窗口结束前不得交给报送单位",
    "estimates.csv": "每道题的加权估计、标准误、95% 区间",
    "frame.csv": "抽样框（单位标识与层），供 verify_draw.py 复核；只交审计人员",
    "response_rates.csv": "回收率、有效率、拒访率等，附公式",
    "response_rates.json": "全部 AAPOR 比率，分层与合计，含加权",
    "strata_and_weights.csv": "各层总体数、释放数、权数调整的类与系数；capped 为因联系次数上限未拨打的个案（计入 unknown）",
}


def text(subject: Any, files: Sequence[str], *, for_auditor: bool) -> str:
    """Whose data they are, what each file holds, and how to check it."""
    lines = [
        f"{subject.study_title}",
        f"阶段 {subject.stage}，样本总体 {subject.population} {subject.population_title}，第 {subject.draw_no} 次抽样。",
        "",
        "case 列是研究代号：同一企业在同一研究中相同，不含名称、信用代码和电话。请勿尝试还原身份。",
        "权数：基础权数（总体数/释放数），未知资格者摊给已知者，未有效作答的合格者摊给有效样本；不合格与否认办理者保留权数，为该域的零值。",
        "未抽到、未释放的单位不在任何比率中。CSV 为 UTF-8；以 = + - @ 开头的文字前加了 '，避免被当作公式。",
        "抽样框不在包内；审计人员可另取含 frame.csv 的包。"
        if not for_auditor
        else "本包含抽样框，供审计人员使用：复核抽样用 scripts/verify_draw.py draw_certificate.json frame.csv。",
        "核对：callcenter export verify 本目录。",
        "",
    ]
    return "\n".join([*lines, *(f"{name}：{MEANINGS[name]}" for name in files)]) + "\n"

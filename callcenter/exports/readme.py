"""What README.txt of a package says."""

from collections.abc import Sequence

from callcenter.exports import method
from callcenter.exports.gathered import Gathered

MEANINGS = {
    "answers.dta": "Stata 15 及以上：带标签，非回答为 .b 不知道 .j 记不清 .r 拒答 .n 不适用，没有问到为 .",
    "answers.sav": "SPSS：带变量标签和值标签，非回答 -9991 至 -9994 为用户缺失值，没有问到为系统缺失值",
    "answers.sss": "Triple-S 2.0 的变量定义，数据在 answers.sss.csv",
    "answers.sss.csv": "Triple-S 的数据",
    "answers.xlsx": "答案（宽表、长表、编码簿）",
    "answers_long.csv": "每个回答一行；shared = 1 的是同一通话里在该企业的另一个案上问到、共用到本案的回答",
    "answers_long.parquet": "同上，Parquet",
    "answers_wide.csv": "每个已释放的个案一行：处置、权数、答案",
    "answers_wide.parquet": "同上，Parquet",
    "attempts.csv": "每次通话一行，不含电话号码；direction 为 incoming 的是企业来电，不是拨打",
    "attempts.parquet": "同上，Parquet",
    "codebook.csv": "变量、题目、代码含义与次数，以及在 SPSS、Stata 中的变量名和数值",
    "codebook.html": "同上，供阅读",
    "codebook.parquet": "同上，Parquet",
    "codebook.xlsx": "同上，工作簿",
    "ddi.xml": "DDI-Codebook 2.5：研究、抽样、回收率和变量的说明",
    "dispositions.csv": "每个个案处置代码的全部历史",
    "dispositions.parquet": "同上，Parquet",
    "draw_certificate.json": "抽样证书（开启版，含种子）：调查窗口结束前不得交给报送单位",
    "estimates.csv": "每道题的加权估计、标准误、95% 区间、有效样本量，全部与各区；suppressed = 1 的回答太少，不给数值",
    "estimates.parquet": "同上，Parquet",
    "frame.csv": "抽样框（单位标识与层），供 verify_draw.py 复核；只交审计人员",
    "identities.csv": "研究代号与企业的对照：凭授权导出，不得与答案一起转交",
    "paradata.csv": "每个回答的每一版一行：何时显示、何时回答、用了几秒、方式和语言、哪位话务员（代号）",
    "paradata.parquet": "同上，Parquet",
    "sample.csv": "抽样次序与研究代号的对照：单位标识、层、随机数、次序、是否主样本、成为哪个个案；只交审计人员",
    "design.json": "抽样设计（冻结版）：其 SHA-256 在抽样前已公布，供 verify_draw.py 复核；只交审计人员",
    "detail_table.xlsx": "本阶段的落实明细表",
    "report.docx": "本阶段的调查报告",
    "response_rates.csv": "回收率、有效率、拒访率等，附公式",
    "response_rates.json": "全部 AAPOR 比率，分层与合计，含加权",
    "response_rates.parquet": "回收率等，Parquet",
    "strata_and_weights.csv": "各层总体数、释放数、权数调整的类与系数；capped 为因联系次数上限未拨打的个案（计入 unknown）",
    "strata_and_weights.parquet": "同上，Parquet",
}


def text(of: Gathered, files: Sequence[str], warnings: Sequence[str]) -> str:
    """Whose data they are, what each file holds, what to be warned of, and how to check it."""
    subject = of.subject
    lines = [
        f"{subject.study_title}",
        f"阶段 {subject.stage}，样本总体 {subject.population} {subject.population_title}，第 {subject.draw_no} 次抽样。",
        "",
        "case 列是研究代号：同一企业在同一研究中相同，不含名称、信用代码和电话。请勿尝试还原身份。",
        _identities(of),
        *method.weighing(of.weights),
        *method.denials(of.denying, (each.name for each in of.data.asked)),
        "未抽到、未释放的单位不在任何比率中。CSV 为 UTF-8；以 = + - @（含全角）开头的文字前加了 '，避免被当作公式。",
        "抽样框不在包内；审计人员可另取含 frame.csv 的包。"
        if not of.for_auditor
        else "本包只交审计人员：frame.csv 和 sample.csv 的单位标识是信用代码（没有代码的是名称和区），不是代号。"
        "复核抽样用 scripts/verify_draw.py draw_certificate.json frame.csv sample.csv design.json；sample.csv 的 case 列与答案相连。",
        "核对：callcenter export verify 本目录。",
        "",
        *(["须知：", *(f"- {warning}" for warning in dict.fromkeys(warnings)), ""] if warnings else []),
    ]
    return "\n".join([*lines, *(f"{name}：{MEANINGS.get(name, '')}" for name in files)]) + "\n"


def _identities(of: Gathered) -> str:
    if of.identities:
        return f"本包含身份对照表 identities.csv（用途：{of.identities['reason']}）：按授权导出，用后销毁。"
    if of.detached:
        return f"导出时身份信息已与答案分离（{of.detached.date().isoformat()}）。"
    return "导出时研究中仍保留身份信息，到期后按规定与答案分离。"

"""Why a file is refused whole, and what the sender is told to do."""

from typing import Any

from callcenter.errors import InvalidInput, Phrase

_TEXTS = {
    "unsupported": "这个文件不是表格：{what}。请在表格软件中打开，另存为 .xlsx 后重新上报。",
    "encrypted": "文件设有密码，无法读取。请取消密码（另存为不加密的 .xlsx）后重新上报。",
    "corrupt": "文件已损坏或没有上传完整（{what}）。请确认能用表格软件打开，再重新上报。",
    "bomb": "文件解压后大得反常（{what}），未予读取。请删去多余的空行空列，另存后重新上报。",
    "no_table": "文件里没有找到名单：前 30 行中没有一行同时有“企业名称”和“联系电话”两个列名。请按模板的表头填写后重新上报。",
    "not_excel": "文件已损坏，或不是 Excel 文件。请确认能用表格软件打开，另存为 .xlsx 后重新上报。",
    "empty": "文件是空的，里面没有任何内容。请打开原来的名单，保存后重新上报。",
    "open_quote": "第 {line} 行有一个没有配对的英文引号，后面的行分不开。请改正引号，或另存为 .xlsx 后重新上报。",
    "plain_text": "文件里没有找到名单：前 30 行中没有一行同时有“企业名称”和“联系电话”两个列名。"
    "可以上报的是 .xlsx、.xls、.ods 表格，或有表头、用逗号等分隔的 .csv 文本：请按模板的表头填写后重新上报。",
}


class ListRefused(InvalidInput):
    """A file that cannot be judged row by row. `why` is one of unsupported, encrypted, corrupt, bomb, no_table.

    `says` names another sentence than that of `why`, where more is known.
    """

    def __init__(self, why: str, what: str = "", *, says: str = "", **about: object) -> None:
        super().__init__(why, _TEXTS[says or why], **({"what": Phrase(what)} if what else {}), **about)
        self.why = why

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept of the refusal with a submission: the sentence filled, and its parts for another language."""
        return {"refused": True, "why": self.why, "about": str(self), "text": self.text, "filled": self.about}

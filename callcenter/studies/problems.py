"""What is wrong with a study folder: where, what, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FolderProblem:
    """One thing in a study folder that cannot be used as it is."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}：{self.what}。{self.fix}。"


class FolderProblems(Exception):
    """Everything found wrong, so that it can be mended in one go."""

    def __init__(self, problems: list[FolderProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

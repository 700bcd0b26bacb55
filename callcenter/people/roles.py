"""The roles, what they are called, and where each begins its day."""

ROLES = ("submitter", "operator", "supervisor", "evaluator", "administrator", "commissioner")

LABELS = {
    "submitter": "报送单位",
    "operator": "话务员",
    "supervisor": "督导",
    "evaluator": "评估人员",
    "administrator": "管理员",
    "commissioner": "委托方",
}


def role_of(text: str) -> str | None:
    """The role that a Chinese label or an English name means; none where it is neither."""
    wanted = text.strip().casefold()
    for role, label in LABELS.items():
        if wanted in (role, label):
            return role
    return None

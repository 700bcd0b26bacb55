"""What a record may be, by which channel it came and who speaks: codes, in the order in which they are offered."""

OPINION, VISIT, EVIDENCE, EXPERT = "opinion", "visit", "evidence", "expert"
KINDS = (OPINION, VISIT, EVIDENCE, EXPERT)
CHANNELS = ("telephone", "mail", "fax", "letter", "online", "survey_line", "meeting")
"""For opinions: the published ways, the survey's own lines, meetings."""
SPEAKERS = ("enterprise", "deputy", "consultative_member", "people_group", "grassroots", "social_organisation", "citizen")
FINDINGS = ("supports", "contradicts", "unclear", "adopted", "partly_adopted", "not_adopted")
"""What became of it: for visits and evidence whether it supports the promise, for opinions whether it was taken up."""
BY_KIND = {
    OPINION: ("adopted", "partly_adopted", "not_adopted"),
    VISIT: ("supports", "contradicts", "unclear"),
    EVIDENCE: ("supports", "contradicts", "unclear"),
    EXPERT: ("supports", "contradicts", "unclear"),
}


def findings(kind: str) -> tuple[str, ...]:
    """How a record of that kind can end."""
    return BY_KIND.get(kind, FINDINGS)

"""The list of all tables, for migrations and for whoever needs the whole schema."""

from sqlmodel import SQLModel

from callcenter.call_queue import tables as call_queue_tables
from callcenter.calls import tables as calls_tables
from callcenter.estimates import tables as estimates_tables
from callcenter.exports import tables as exports_tables
from callcenter.follow_up import tables as follow_up_tables
from callcenter.frame import tables as frame_tables
from callcenter.interviews import tables as interviews_tables
from callcenter.lists import tables as lists_tables
from callcenter.operations import tables as operations_tables
from callcenter.other_sources import tables as other_sources_tables
from callcenter.people import tables as people_tables
from callcenter.practice import tables as practice_tables
from callcenter.questionnaire import tables as questionnaire_tables
from callcenter.response_rates import tables as response_rates_tables
from callcenter.responses import tables as responses_tables
from callcenter.sampling import tables as sampling_tables
from callcenter.studies import tables as studies_tables

TABLES = (
    call_queue_tables,
    calls_tables,
    estimates_tables,
    exports_tables,
    follow_up_tables,
    frame_tables,
    interviews_tables,
    lists_tables,
    operations_tables,
    other_sources_tables,
    people_tables,
    practice_tables,
    questionnaire_tables,
    response_rates_tables,
    responses_tables,
    sampling_tables,
    studies_tables,
)
metadata = SQLModel.metadata

"""The objects of OParl 1.1; names of fields are the standard's, what is empty is left out as it recommends."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.core.pages import PageQuery
from app.core.types import Day, Id, Instant, Out

T = TypeVar("T")
Url = Annotated[str, Field(max_length=500)]
Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=10_000)]
Urls = Annotated[list[Url], Field(max_length=1000)]


def _is_none(value: Any) -> bool:
    return value is None


def maybe() -> Any:
    """A field that is left out when it is empty."""
    return Field(None, exclude_if=_is_none)


class _Shape(Out):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


class OParlObject(_Shape):
    """What all objects have; of a deleted one nothing else is told."""

    id: Url
    type: Url
    created: Instant
    modified: Instant
    deleted: bool | None = maybe()


class OParlSystem(OParlObject):
    """The service itself."""

    oparl_version: Url
    name: Line
    website: Url
    body: Url


class OParlBody(OParlObject):
    """A Körperschaft: a youth office, with the addresses of its lists."""

    system: Url
    name: Line
    ags: Annotated[str, Field(max_length=20)] | None = maybe()
    organization: Url
    person: Url
    meeting: Url
    paper: Url
    agenda_item: Url
    consultation: Url
    membership: Url
    file: Url
    location_list: Url
    legislative_term_list: Url
    legislative_term: Annotated[list[dict[str, Any]], Field(max_length=0)]


class OParlOrganization(OParlObject):
    """A Gruppierung: a committee, or the youth office's administration."""

    body: Url | None = maybe()
    name: Line | None = maybe()
    organization_type: Line | None = maybe()
    classification: Line | None = maybe()
    membership: Urls | None = maybe()
    meeting: Url | None = maybe()
    consultation: Url | None = maybe()
    end_date: Day | None = maybe()


class OParlMembership(OParlObject):
    """A function in a committee, held from when to when; not by whom."""

    person: Url
    organization: Url
    role: Line
    voting_right: bool
    start_date: Day
    end_date: Day | None = maybe()


class OParlPerson(OParlObject):
    """Whoever holds a function, known by the function alone."""

    body: Url
    name: Line
    membership: Annotated[list[OParlMembership], Field(max_length=1)] | None = maybe()


class OParlLocation(OParlObject):
    """Where a meeting is."""

    description: Line


class OParlAgendaItem(OParlObject):
    """A Tagesordnungspunkt: a paper dealt with in a meeting."""

    meeting: Url | None = maybe()
    number: Annotated[str, Field(max_length=20)] | None = maybe()
    order: int
    name: Line | None = maybe()
    public: bool | None = maybe()
    consultation: Url | None = maybe()
    result: Line | None = maybe()
    resolution_text: Text | None = maybe()


class OParlMeeting(OParlObject):
    """A Sitzung with its public agenda."""

    name: Line
    meeting_state: Line | None = maybe()
    cancelled: bool
    start: Instant
    end: Instant | None = maybe()
    location: OParlLocation | None = maybe()
    organization: Urls
    agenda_item: Annotated[list[OParlAgendaItem], Field(max_length=1000)] | None = maybe()


class OParlConsultation(OParlObject):
    """A Beratung: a paper before a body."""

    paper: Url | None = maybe()
    agenda_item: Url | None = maybe()
    meeting: Url | None = maybe()
    organization: Urls | None = maybe()
    authoritative: bool | None = maybe()
    role: Line | None = maybe()


class OParlPaper(OParlObject):
    """A Drucksache."""

    body: Url | None = maybe()
    name: Line | None = maybe()
    reference: Line | None = maybe()
    date: Day | None = maybe()
    paper_type: Line | None = maybe()
    related_paper: Urls | None = maybe()
    originator_organization: Urls | None = maybe()
    consultation: Annotated[list[OParlConsultation], Field(max_length=200)] | None = maybe()


class OParlPagination(_Shape):
    """How the list is cut."""

    elements_per_page: int
    total_elements: int | None = maybe()


class OParlLinks(_Shape):
    """The pages of the list; `next` on all but the last."""

    first: Url
    self: Url
    next: Annotated[str, Field(max_length=1500)] | None = maybe()


class OParlPage(_Shape, Generic[T]):
    """One page of an external list."""

    data: list[T]
    pagination: OParlPagination
    links: OParlLinks


class OParlQuery(PageQuery):
    """The filters of every OParl list."""

    body: Id | None = None
    created_since: Instant | None = None
    created_until: Instant | None = None
    modified_since: Instant | None = None
    modified_until: Instant | None = None
    omit_internal: bool = False


class OParlPartQuery(OParlQuery):
    """The same, for what belongs to a committee."""

    organization: Id | None = None

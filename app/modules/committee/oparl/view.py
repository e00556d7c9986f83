"""Rows as objects of OParl; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from app.law.calendars import legal_date
from app.modules.committee.codes import (
    CommitteeBodyKind,
    ConsultationCompetence,
    ConsultationState,
    MeetingState,
    PaperState,
)
from app.modules.committee.models import CommitteeBody, CommitteeMeeting, Paper, PaperConsultation
from app.modules.committee.oparl.queries import begun_at, moved_at
from app.modules.committee.oparl.schemas import (
    OParlAgendaItem,
    OParlBody,
    OParlConsultation,
    OParlLinks,
    OParlLocation,
    OParlMeeting,
    OParlMembership,
    OParlOrganization,
    OParlPage,
    OParlPagination,
    OParlPaper,
    OParlPerson,
    OParlQuery,
    OParlSystem,
)
from app.modules.organisations import Organisation

T = TypeVar("T")
SCHEMA = "https://schema.oparl.org/1.1/"
CLASSIFICATION = {
    CommitteeBodyKind.JUGENDHILFEAUSSCHUSS: "Ausschuss",
    CommitteeBodyKind.UNTERAUSSCHUSS: "Unterausschuss",
    CommitteeBodyKind.AG78: "Arbeitsgemeinschaft",
    CommitteeBodyKind.STEUERUNGSGRUPPE: "Steuerungsgruppe",
    CommitteeBodyKind.FACHAUSSCHUSS: "Ausschuss",
    CommitteeBodyKind.VERTRETUNG: "Parlament",
}
MEETING_STATE = {
    MeetingState.SCHEDULED: "terminiert",
    MeetingState.INVITED: "eingeladen",
    MeetingState.HELD: "eingeladen",  # the standard: until the minutes are released
    MeetingState.MINUTED: "durchgeführt",
}


@dataclass(frozen=True, slots=True)
class View:
    """The view under the address by which the service is known outside (ids are absolute URLs)."""

    public_url: str

    def url(self, kind: str, id_: UUID | None = None, **query: Any) -> str:
        """The address of an object, or of a list with filters."""
        address = f"{self.public_url.rstrip('/')}/v1/oparl/{kind}"
        address += f"/{id_}" if id_ is not None else ""
        return f"{address}?{urlencode(query)}" if query else address

    def _head(self, kind: str, type_: str, id_: UUID, created: datetime, modified: datetime) -> dict[str, Any]:
        return {"id": self.url(kind, id_), "type": SCHEMA + type_, "created": created, "modified": modified}

    def page(
        self, kind: str, data: Sequence[T], following: str | None, total: int | None, query: OParlQuery
    ) -> OParlPage[T]:
        """A page; its links keep the filters."""
        asked = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        asked = {name: "true" if value is True else value for name, value in asked.items()}
        first = {name: value for name, value in asked.items() if name != "cursor"}
        return OParlPage(
            data=list(data),
            pagination=OParlPagination(elements_per_page=query.limit, total_elements=total),
            links=OParlLinks(
                first=self.url(kind, **first),
                self=self.url(kind, **asked),
                next=self.url(kind, **first, cursor=following) if following else None,
            ),
        )

    def system(self, created: datetime, modified: datetime) -> OParlSystem:
        """The service itself."""
        return OParlSystem(
            id=self.url("system"),
            type=SCHEMA + "System",
            created=created,
            modified=modified,
            oparl_version=SCHEMA,
            name="Handschlag",
            website=self.public_url,
            body=self.url("bodies"),
        )

    def body(self, office: Organisation) -> OParlBody:
        """A youth office."""
        lists: dict[str, Any] = {
            "organization": "organizations",
            "person": "people",
            "meeting": "meetings",
            "paper": "papers",
            "agenda_item": "agenda-items",
            "consultation": "consultations",
            "membership": "memberships",
            "file": "files",
            "location_list": "locations",
            "legislative_term_list": "legislative-terms",
        }
        lists = {name: self.url(kind, body=office.id) for name, kind in lists.items()}
        return OParlBody(
            **self._head("bodies", "Body", office.id, office.created_at, office.changed_at),
            system=self.url("system"),
            name=office.name,
            ags=office.official_key,
            legislative_term=[],
            **lists,
        )

    def administration(self, office: Organisation) -> OParlOrganization:
        """The youth office as the origin of papers."""
        return OParlOrganization(
            **self._head("organizations", "Organization", office.id, office.created_at, office.changed_at),
            body=self.url("bodies", office.id),
            name=office.name,
            organization_type="Verwaltungsbereich",
        )

    def organization(self, body: CommitteeBody, functions: Sequence[Any]) -> OParlOrganization:
        """A committee, with the functions in it."""
        mine = [function for function in functions if function.body_id == body.id]
        return OParlOrganization(
            **self._head("organizations", "Organization", body.id, body.created_at, body.changed_at),
            body=self.url("bodies", body.youth_office_id),
            name=body.name,
            organization_type="Gremium",
            classification=CLASSIFICATION[body.kind],
            membership=[self.url("memberships", function.id) for function in mine] or None,
            meeting=self.url("meetings", organization=body.id),
            consultation=self.url("consultations", organization=body.id),
            end_date=body.dissolved_on,
        )

    def membership(self, row: Any) -> OParlMembership:
        """A function in a committee."""
        return OParlMembership(
            **self._head("memberships", "Membership", row.id, row.created_at, row.changed_at),
            person=self.url("people", row.id),
            organization=self.url("organizations", row.body_id),
            role=row.function.title_de,
            voting_right=row.has_vote,
            start_date=row.valid_from,
            end_date=row.valid_to,
        )

    def person(self, row: Any, *, bare: bool = False) -> OParlPerson:
        """Whoever holds the function. `bare`: without the membership within."""
        return OParlPerson(
            **self._head("people", "Person", row.id, row.created_at, row.changed_at),
            body=self.url("bodies", row.youth_office_id),
            name=f"{row.function.title_de}, {row.body_name}",
            membership=None if bare else [self.membership(row)],
        )

    def location(self, meeting: CommitteeMeeting) -> OParlLocation | None:
        """Where a meeting is; None when that is not known."""
        if meeting.place is None:
            return None
        head = self._head("locations", "Location", meeting.id, meeting.created_at, meeting.changed_at)
        return OParlLocation(**head, description=meeting.place)

    def meeting(self, meeting: CommitteeMeeting, agenda: Sequence[PaperConsultation] | None) -> OParlMeeting:
        """A meeting; `agenda` None leaves its items out."""
        items = [self.agenda_item(item) for item in agenda or () if item.meeting_id == meeting.id]
        return OParlMeeting(
            **self._head("meetings", "Meeting", meeting.id, meeting.created_at, meeting.changed_at),
            name=meeting.title,
            meeting_state=MEETING_STATE.get(meeting.state),
            cancelled=meeting.state is MeetingState.CANCELLED,
            start=meeting.starts_at,
            end=meeting.ends_at,
            location=self.location(meeting),
            organization=[self.url("organizations", meeting.body_id)],
            agenda_item=items or None,
        )

    def agenda_item(self, station: PaperConsultation) -> OParlAgendaItem:
        """A station as an item of an agenda; deleted when it is on none."""
        head = self._head("agenda-items", "AgendaItem", station.id, begun_at(station), moved_at(station))
        if station.meeting_id is None or is_gone(station):
            return OParlAgendaItem(**head, deleted=True, order=0)
        return OParlAgendaItem(
            **head,
            meeting=self.url("meetings", station.meeting_id),
            number=str(station.agenda_number),
            order=station.agenda_number or 0,
            name=station.paper.subject,
            public=True,
            consultation=self.url("consultations", station.id),
            result=result_of(station),
            resolution_text=station.decision_text,
        )

    def consultation(self, station: PaperConsultation) -> OParlConsultation:
        """A station of a paper's way."""
        head = self._head("consultations", "Consultation", station.id, begun_at(station), moved_at(station))
        if is_gone(station):
            return OParlConsultation(**head, deleted=True)
        placed = station.meeting_id is not None
        return OParlConsultation(
            **head,
            paper=self.url("papers", station.paper_id),
            agenda_item=self.url("agenda-items", station.id) if placed else None,
            meeting=self.url("meetings", station.meeting_id) if placed else None,
            organization=[self.url("organizations", station.body_id)],
            authoritative=station.competence is ConsultationCompetence.DECIDE,
            role=station.competence.title_de,
        )

    def paper(self, paper: Paper, way: Sequence[PaperConsultation], named: set[UUID]) -> OParlPaper:
        """A paper with its public way; `named`: papers that may be named as related."""
        released = paper.released_at or paper.created_at
        head = self._head("papers", "Paper", paper.id, released, paper.changed_at)
        if paper.state is PaperState.WITHDRAWN:
            return OParlPaper(**head, deleted=True)
        related = [paper.related_paper_id] if paper.related_paper_id in named else []
        return OParlPaper(
            **head,
            body=self.url("bodies", paper.youth_office_id),
            name=paper.subject,
            reference=paper.number,
            date=legal_date(released),
            paper_type=paper.kind.title_de,
            related_paper=[self.url("papers", other) for other in related] or None,
            originator_organization=[self.url("organizations", paper.youth_office_id)],
            consultation=[self.consultation(station) for station in way if station.paper_id == paper.id] or None,
        )


def is_gone(station: PaperConsultation) -> bool:
    """Whether a station is deleted for the public."""
    return station.state is ConsultationState.DROPPED or station.paper.state is PaperState.WITHDRAWN


def result_of(station: PaperConsultation) -> str | None:
    """What a body made of a paper, in words; None before."""
    if station.state is ConsultationState.PLANNED:
        return None
    votes = None
    if station.votes_yes is not None:
        votes = f"{station.votes_yes} Ja, {station.votes_no} Nein, {station.votes_abstain} Enthaltung"
    parts = [part for part in ("einstimmig" if station.is_unanimous else None, votes) if part]
    return station.state.title_de + (f" ({'; '.join(parts)})" if parts else "")

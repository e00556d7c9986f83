"""`/v1/oparl`: the public part in the shape of OParl 1.1."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.http import Db, Now, Process, Router, needs
from app.core.kernel import Kernel
from app.core.types import Id
from app.modules.committee.models import CommitteeMeeting, Paper
from app.modules.committee.oparl import queries
from app.modules.committee.oparl.schemas import (
    OParlAgendaItem,
    OParlBody,
    OParlConsultation,
    OParlLocation,
    OParlMeeting,
    OParlMembership,
    OParlObject,
    OParlOrganization,
    OParlPage,
    OParlPaper,
    OParlPartQuery,
    OParlPerson,
    OParlQuery,
    OParlSystem,
)
from app.modules.committee.oparl.view import View
from app.policy import Permission

router = Router(prefix="/oparl", tags=["oparl"])
Filters = Annotated[OParlQuery, Query()]
PartFilters = Annotated[OParlPartQuery, Query()]


def _view(kernel: Kernel) -> View:
    return View(kernel.settings.public_url)


def _papers(db: Session, view: View, rows: list[Paper]) -> list[OParlPaper]:
    way = queries.stations_of(db, papers=[row.id for row in rows])
    named = queries.public_of(db, (row.related_paper_id for row in rows))
    return [view.paper(row, way, named) for row in rows]


def _meetings(db: Session, view: View, rows: list[CommitteeMeeting]) -> list[OParlMeeting]:
    agenda = queries.stations_of(db, meetings=[row.id for row in rows])
    return [view.meeting(row, agenda) for row in rows]


@router.get("/system", summary="OParl: System")
@needs(Permission.COMMITTEE_READ)
def get_oparl_system(db: Db, kernel: Process, now: Now) -> OParlSystem:
    """The entrance to the public papers and meetings in the shape of OParl 1.1; a token is needed as everywhere here.

    From here on every address stands in the answers (§ 71 Abs. 4 SGB VIII: the committee meets in public).
    """
    first, last = queries.span(db)
    return _view(kernel).system(first or now, last or now)


@router.get("/bodies", summary="OParl: Körperschaften")
@needs(Permission.COMMITTEE_READ)
def list_oparl_bodies(query: Filters, db: Db, kernel: Process) -> OParlPage[OParlBody]:
    """The youth offices as OParl 1.1 bodies, with the addresses of their lists."""
    view, (rows, following, total) = _view(kernel), queries.youth_offices(db, query)
    return view.page("bodies", [view.body(row) for row in rows], following, total, query)


@router.get("/bodies/{organisation_id}", summary="OParl: Körperschaft")
@needs(Permission.COMMITTEE_READ)
def get_oparl_body(organisation_id: Id, db: Db, kernel: Process) -> OParlBody:
    """One youth office as an OParl 1.1 body."""
    return _view(kernel).body(queries.get_office(db, organisation_id))


@router.get("/organizations", summary="OParl: Gruppierungen")
@needs(Permission.COMMITTEE_READ)
def list_oparl_organizations(query: Filters, db: Db, kernel: Process) -> OParlPage[OParlOrganization]:
    """The committees that meet in public (§ 71 Abs. 4 SGB VIII); of one body, last, its administration too."""
    view, (rows, following, total) = _view(kernel), queries.bodies(db, query)
    functions = queries.functions_of(db, [row.id for row in rows])
    data = [view.organization(row, functions) for row in rows]
    if following is None:
        data += [view.administration(office) for office in queries.office_within(db, query)]
    return view.page("organizations", data, following, total, query)


@router.get("/organizations/{organization_id}", summary="OParl: Gruppierung")
@needs(Permission.COMMITTEE_READ)
def get_oparl_organization(organization_id: Id, db: Db, kernel: Process) -> OParlOrganization:
    """A committee that meets in public, or a youth office's administration, as an OParl 1.1 organization."""
    view, body = _view(kernel), queries.find_body(db, organization_id)
    if body is None:
        return view.administration(queries.get_office(db, organization_id))
    return view.organization(body, queries.functions_of(db, [body.id]))


@router.get("/people", summary="OParl: Personen")
@needs(Permission.COMMITTEE_READ)
def list_oparl_people(query: PartFilters, db: Db, kernel: Process) -> OParlPage[OParlPerson]:
    """Whoever holds a function in a public committee, known by the function alone (§ 71 Abs. 1 SGB VIII)."""
    view, (rows, following, total) = _view(kernel), queries.functions(db, query)
    data = [view.person(row, bare=query.omit_internal) for row in rows]
    return view.page("people", data, following, total, query)


@router.get("/people/{membership_id}", summary="OParl: Person")
@needs(Permission.COMMITTEE_READ)
def get_oparl_person(membership_id: Id, db: Db, kernel: Process) -> OParlPerson:
    """One function in a public committee as an OParl 1.1 person, without a name."""
    return _view(kernel).person(queries.get_function(db, membership_id))


@router.get("/memberships", summary="OParl: Mitgliedschaften")
@needs(Permission.COMMITTEE_READ)
def list_oparl_memberships(query: PartFilters, db: Db, kernel: Process) -> OParlPage[OParlMembership]:
    """The functions in public committees, from when to when (§ 71 Abs. 1 SGB VIII); not by whom."""
    view, (rows, following, total) = _view(kernel), queries.functions(db, query)
    return view.page("memberships", [view.membership(row) for row in rows], following, total, query)


@router.get("/memberships/{membership_id}", summary="OParl: Mitgliedschaft")
@needs(Permission.COMMITTEE_READ)
def get_oparl_membership(membership_id: Id, db: Db, kernel: Process) -> OParlMembership:
    """One function in a public committee."""
    return _view(kernel).membership(queries.get_function(db, membership_id))


@router.get("/meetings", summary="OParl: Sitzungen")
@needs(Permission.COMMITTEE_READ)
def list_oparl_meetings(query: PartFilters, db: Db, kernel: Process) -> OParlPage[OParlMeeting]:
    """The public meetings with the public part of their agendas (§ 71 Abs. 4 SGB VIII)."""
    view, (rows, following, total) = _view(kernel), queries.meetings(db, query)
    data = [view.meeting(row, None) for row in rows] if query.omit_internal else _meetings(db, view, rows)
    return view.page("meetings", data, following, total, query)


@router.get("/meetings/{meeting_id}", summary="OParl: Sitzung")
@needs(Permission.COMMITTEE_READ)
def get_oparl_meeting(meeting_id: Id, db: Db, kernel: Process) -> OParlMeeting:
    """One public meeting (§ 71 Abs. 4 SGB VIII)."""
    return _meetings(db, _view(kernel), [queries.get_meeting(db, meeting_id)])[0]


@router.get("/locations", summary="OParl: Orte")
@needs(Permission.COMMITTEE_READ)
def list_oparl_locations(query: Filters, db: Db, kernel: Process) -> OParlPage[OParlLocation]:
    """Where public meetings are; one location per meeting."""
    view, (rows, following, total) = _view(kernel), queries.places(db, query)
    data = [place for row in rows if (place := view.location(row)) is not None]
    return view.page("locations", data, following, total, query)


@router.get("/locations/{meeting_id}", summary="OParl: Ort")
@needs(Permission.COMMITTEE_READ)
def get_oparl_location(meeting_id: Id, db: Db, kernel: Process) -> OParlLocation:
    """Where a public meeting is."""
    return found(_view(kernel).location(queries.get_meeting(db, meeting_id)))


@router.get("/agenda-items", summary="OParl: Tagesordnungspunkte")
@needs(Permission.COMMITTEE_READ)
def list_oparl_agenda_items(query: PartFilters, db: Db, kernel: Process) -> OParlPage[OParlAgendaItem]:
    """Papers on the agendas of public meetings, with result and resolution (§ 71 Abs. 4 SGB VIII)."""
    view, (rows, following, total) = _view(kernel), queries.stations(db, query, on_agenda=True)
    return view.page("agenda-items", [view.agenda_item(row) for row in rows], following, total, query)


@router.get("/agenda-items/{consultation_id}", summary="OParl: Tagesordnungspunkt")
@needs(Permission.COMMITTEE_READ)
def get_oparl_agenda_item(consultation_id: Id, db: Db, kernel: Process) -> OParlAgendaItem:
    """One item of a public agenda; deleted when it was taken off."""
    return _view(kernel).agenda_item(queries.get_station(db, consultation_id))


@router.get("/papers", summary="OParl: Drucksachen")
@needs(Permission.COMMITTEE_READ)
def list_oparl_papers(query: Filters, db: Db, kernel: Process) -> OParlPage[OParlPaper]:
    """The released public papers with their public way (§ 71 SGB VIII).

    With `modified_since` those that were withdrawn come too, marked as deleted.
    """
    view, (rows, following, total) = _view(kernel), queries.papers(db, query)
    return view.page("papers", _papers(db, view, rows), following, total, query)


@router.get("/papers/{paper_id}", summary="OParl: Drucksache")
@needs(Permission.COMMITTEE_READ)
def get_oparl_paper(paper_id: Id, db: Db, kernel: Process) -> OParlPaper:
    """One released public paper (§ 71 SGB VIII); withdrawn, it is marked as deleted."""
    return _papers(db, _view(kernel), [queries.get_paper(db, paper_id)])[0]


@router.get("/consultations", summary="OParl: Beratungen")
@needs(Permission.COMMITTEE_READ)
def list_oparl_consultations(query: PartFilters, db: Db, kernel: Process) -> OParlPage[OParlConsultation]:
    """The stations of papers that are consulted on in public (§ 71 SGB VIII)."""
    view, (rows, following, total) = _view(kernel), queries.stations(db, query)
    return view.page("consultations", [view.consultation(row) for row in rows], following, total, query)


@router.get("/consultations/{consultation_id}", summary="OParl: Beratung")
@needs(Permission.COMMITTEE_READ)
def get_oparl_consultation(consultation_id: Id, db: Db, kernel: Process) -> OParlConsultation:
    """One station of a paper's way; deleted when it was dropped."""
    return _view(kernel).consultation(queries.get_station(db, consultation_id))


@router.get("/files", summary="OParl: Dateien")
@needs(Permission.COMMITTEE_READ)
def list_oparl_files(query: Filters, kernel: Process) -> OParlPage[OParlObject]:
    """The list OParl 1.1 demands of every body; no files are kept here."""
    return _view(kernel).page("files", [], None, 0, query)


@router.get("/legislative-terms", summary="OParl: Wahlperioden")
@needs(Permission.COMMITTEE_READ)
def list_oparl_legislative_terms(query: Filters, kernel: Process) -> OParlPage[OParlObject]:
    """The list OParl 1.1 demands of every body; legislative terms are not kept here."""
    return _view(kernel).page("legislative-terms", [], None, 0, query)

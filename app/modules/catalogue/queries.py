"""Reading the code's own tables."""

import inspect
import re
from collections.abc import Iterator

from app.core.db import found
from app.core.outbox import TYPE_PREFIX, TYPES
from app.core.problems import TYPE_BASE, Problem
from app.core.types import CodeList
from app.core.workflow import Row, Workflow, required_fields
from app.modules.catalogue.schemas import CodeListOut, CodeOut, EventTypeOut, ProblemOut, WorkflowOut, WorkflowStepOut


def problems() -> list[ProblemOut]:
    """Every kind of refusal, by code."""
    return [_problem(kind) for _, kind in sorted(Problem.catalogue.items())]


def problem(code: str) -> ProblemOut:
    """One kind of refusal; 404 for none."""
    return _problem(found(Problem.catalogue.get(code)))


def code_lists() -> list[CodeListOut]:
    """Every code list, by name."""
    return sorted((_code_list(kind) for kind in _kinds(CodeList)), key=lambda item: item.name)


def code_list(name: str) -> CodeListOut:
    """One code list; 404 for none."""
    return found(next((item for item in code_lists() if item.name == name), None))


def workflows() -> list[WorkflowOut]:
    """Every life cycle, by name."""
    return [describe(flow) for _, flow in sorted(Workflow.catalogue.items())]


def workflow(name: str) -> Workflow:
    """One life cycle; 404 for none."""
    return found(Workflow.catalogue.get(name))


def event_types() -> list[EventTypeOut]:
    """Every type of event, by name."""
    return [EventTypeOut(type=TYPE_PREFIX + type_, title=title) for type_, title in sorted(TYPES.items())]


def describe(flow: Workflow) -> WorkflowOut:
    """A life cycle as data."""
    return WorkflowOut(
        name=flow.name,
        title=flow.title,
        initial=flow.initial.value,
        states=[CodeOut(code=state.value, title_de=state.title_de) for state in flow.states],
        steps=[_step(row) for row in flow.rows],
    )


def _problem(kind: type[Problem]) -> ProblemOut:
    return ProblemOut(
        type=TYPE_BASE + kind.code,
        code=kind.code,
        status=kind.status,
        title_de=kind.title[0],
        title_en=kind.title[1],
        detail_de=kind.detail[0],
        detail_en=kind.detail[1],
    )


def _kinds(base: type[CodeList]) -> Iterator[type[CodeList]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _code_list(kind: type[CodeList]) -> CodeListOut:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
    codes = [CodeOut(code=member.value, title_de=member.title_de) for member in kind]
    return CodeListOut(name=name, description=inspect.getdoc(kind) or "", codes=codes)


def _step(row: Row) -> WorkflowStepOut:
    return WorkflowStepOut(
        action=row.action,
        title=row.title,
        sources=sorted(source.value for source in row.sources),
        target=row.target.value,
        permission=row.needs.value if row.needs else None,
        sides=sorted(side.value for side in row.side) if row.needs else [],
        law=row.law,
        conditions=[(inspect.getdoc(guard) or "").partition("\n")[0] for guard in row.who + row.guards],
        fields=required_fields(row.body),
    )

"""A life cycle as a picture: states in ranks from top to bottom (layout by the library grandalf), steps as arrows."""

from html import escape
from typing import Any

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout

from app.core.workflow import Workflow

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 230, 46, 90, 84, 40
_STYLE = (
    "text{font:13px sans-serif;fill:#1b2733}.box{fill:#eef4fb;stroke:#2b5c8a;stroke-width:1.5}"
    ".start{fill:#dff2e1}.end{fill:#f1f1f1;stroke:#777}.arrow{fill:none;stroke:#5a6b7b;stroke-width:1.4}"
    ".step{font-size:11.5px;fill:#374a5c}.halo{stroke:#fff;stroke-width:4;paint-order:stroke}"
)


class _Box:
    """What the layout needs to know of a state: its size; what it answers: its place."""

    w, h = _WIDTH, _HEIGHT
    xy = (0.0, 0.0)


def draw(flow: Workflow) -> str:
    """The transition table as SVG with German titles."""
    places = _places(flow)
    width = max(x for x, _ in places.values()) + _WIDTH / 2 + _MARGIN + 120
    height = max(y for _, y in places.values()) + _HEIGHT / 2 + _MARGIN
    parts = [
        _arrow(number, source, target, titles, places) for number, (source, target, titles) in enumerate(_steps(flow))
    ]
    parts += [_state(flow, state, places[state.value]) for state in flow.states]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(flow.title)}"><title>{escape(flow.title)}</title><style>{_STYLE}</style>'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#5a6b7b"/></marker></defs>'
        f"{''.join(parts)}</svg>"
    )


def _steps(flow: Workflow) -> list[tuple[str, str, list[str]]]:
    """Arrows: one per pair of states, with the titles of all steps between them."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in flow.rows:
        for source in sorted(row.sources):
            arrows.setdefault((source.value, row.target.value), []).append(row.title)
    return [(source, target, titles) for (source, target), titles in arrows.items()]


def _places(flow: Workflow) -> dict[str, tuple[float, float]]:
    """The middle of each state's box."""
    vertices = {state.value: Vertex(state.value) for state in flow.states}
    for vertex in vertices.values():
        vertex.view = _Box()
    edges = [Edge(vertices[a], vertices[b]) for a, b, _ in _steps(flow) if a != b]
    graph = Graph(list(vertices.values()), edges)
    places: dict[str, tuple[float, float]] = {}
    offset = _MARGIN + _WIDTH / 2
    for component in graph.C:
        _lay(component, [v for v in component.sV if v.data == flow.initial.value])
        left = min(v.view.xy[0] for v in component.sV)
        top = min(v.view.xy[1] for v in component.sV)
        for v in component.sV:
            places[v.data] = (v.view.xy[0] - left + offset, v.view.xy[1] - top + _MARGIN + _HEIGHT / 2)
        offset = max(x for x, _ in places.values()) + _WIDTH + _GAP_X
    return places


def _lay(component: Any, roots: list[Any]) -> None:
    layout = SugiyamaLayout(component)
    layout.xspace, layout.yspace = _GAP_X, _GAP_Y
    layout.init_all(roots=roots or None)
    layout.draw(3)


def _state(flow: Workflow, state: Any, place: tuple[float, float]) -> str:
    x, y = place
    leaves = any(state in row.sources for row in flow.rows)
    kind = "start" if state == flow.initial else ("" if leaves else "end")
    return (
        f'<rect class="box {kind}" x="{x - _WIDTH / 2:.1f}" y="{y - _HEIGHT / 2:.1f}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" rx="8"/>'
        f'<text x="{x:.1f}" y="{y - 3:.1f}" text-anchor="middle">{escape(state.title_de)}</text>'
        f'<text class="step" x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle">{escape(state.value)}</text>'
    )


def _arrow(number: int, source: str, target: str, titles: list[str], places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[source], places[target]
    label = escape(", ".join(titles))
    if source == target:
        x, y = x1 + _WIDTH / 2, y1
        path = f"M{x:.1f} {y - 10:.1f}C{x + 46:.1f} {y - 30:.1f} {x + 46:.1f} {y + 30:.1f} {x:.1f} {y + 10:.1f}"
        return _drawn(path, x + 42, y + 4, label, "start")
    if y2 > y1:  # onwards
        start, end, bend = (x1, y1 + _HEIGHT / 2), (x2, y2 - _HEIGHT / 2), 0.0
    else:  # back, or to a neighbour: round the side
        side = _WIDTH / 2
        start, end, bend = (x1 + side, y1), (x2 + side, y2), 60.0 + 12 * (number % 4)
    middle = ((start[0] + end[0]) / 2 + bend, (start[1] + end[1]) / 2 + (number % 3 - 1) * 13)
    path = (
        f"M{start[0]:.1f} {start[1]:.1f}C{start[0] + bend * 1.3:.1f} {(start[1] + middle[1]) / 2:.1f} "
        f"{end[0] + bend * 1.3:.1f} {(end[1] + middle[1]) / 2:.1f} {end[0]:.1f} {end[1]:.1f}"
    )
    return _drawn(path, middle[0], middle[1], label, "start" if bend else "middle")


def _drawn(path: str, x: float, y: float, label: str, anchor: str) -> str:
    return (
        f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>'
        f'<text class="step halo" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{label}</text>'
    )

"""What somebody with all rights over the database may do to the log; each act tells where it must be noticed."""

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.audit import digest

Place = tuple[int, int]
"""Lane and position."""
CHANGES = {
    "id": "gen_random_uuid()",
    "tenant_id": "gen_random_uuid()",
    "at": "at + interval '1 microsecond'",
    "written_at": "written_at - interval '1 hour'",
    "actor_id": "gen_random_uuid()",
    "actor_organisation_id": "gen_random_uuid()",
    "action": "action || 'x'",
    "subject_kind": "upper(subject_kind)",
    "subject_id": "gen_random_uuid()",
    "from_state": "''",
    "to_state": "to_state || ' '",
    "law": "replace(law, '36a', '36')",
    "details": "replace(details::text, ':', ' :')::json",
    "previous_hash": "sha256(previous_hash)",
    "hash": "sha256(hash)",
}
CONTENT = "action, subject_id, to_state, details, at"


class Tamperer:
    """Chooses a victim by dice and rewrites the tables of one tenant."""

    def __init__(self, db: Session, tenant_id: UUID, dice: Random, per_lane: int) -> None:
        self.db, self.tenant_id, self.dice, self.per_lane = db, tenant_id, dice, per_lane
        lanes = "SELECT lane FROM audit_lane WHERE tenant_id = :tenant ORDER BY lane"
        self.lanes: list[int] = list(db.scalars(text(lanes), {"tenant": tenant_id}))

    def run(self, statement: str, lane: int, **values: Any) -> None:
        """One statement that must meet something; `:tenant` and `:lane` are given."""
        result: Any = self.db.execute(text(statement), {"tenant": self.tenant_id, "lane": lane, **values})
        assert result.rowcount > 0, statement

    def on_entry(self, change: str, lane: int, position: int, **values: Any) -> None:
        where = "WHERE tenant_id = :tenant AND lane = :lane AND position = :position"
        self.run(f"UPDATE audit_entry SET {change} {where}", lane, position=position, **values)

    def on_head(self, change: str, lane: int, **values: Any) -> None:
        self.run(f"UPDATE audit_lane SET {change} WHERE tenant_id = :tenant AND lane = :lane", lane, **values)

    def lane(self) -> int:
        return self.dice.choice(self.lanes)

    def position(self, first: int = 1) -> int:
        return self.dice.randint(first, self.per_lane)

    def two(self) -> tuple[int, int]:
        one, other = self.dice.sample(range(1, self.per_lane + 1), 2)
        return min(one, other), max(one, other)


def change(by: Tamperer, round_: int) -> set[Place]:
    """Rewrite one column of one entry; every column has its turn."""
    column = list(CHANGES)[round_ % len(CHANGES)]
    lane, position = by.lane(), by.position()
    by.on_entry(f"{column} = {CHANGES[column]}", lane, position)
    return {(lane, position)}


def rehash(by: Tamperer, _: int) -> set[Place]:
    """Rewrite an entry and give it a hash that fits: its successor, or the head, tells."""
    lane, position = by.lane(), by.position()
    by.on_entry("action = 'thing.forged'", lane, position)
    by.on_entry("hash = :hash", lane, position, hash=digest(_entry(by, lane, position)))
    return {(lane, position + 1)}


def delete(by: Tamperer, _: int) -> set[Place]:
    lane, position = by.lane(), by.position()
    by.run(
        "DELETE FROM audit_entry WHERE tenant_id = :tenant AND lane = :lane AND position = :position",
        lane,
        position=position,
    )
    return {(lane, position)}


def cut_the_tail(by: Tamperer, _: int) -> set[Place]:
    lane, position = by.lane(), by.position()
    by.run(
        "DELETE FROM audit_entry WHERE tenant_id = :tenant AND lane = :lane AND position >= :position",
        lane,
        position=position,
    )
    return {(lane, position)}


def move_far(by: Tamperer, _: int) -> set[Place]:
    """Give an entry a later position: its own is missing."""
    lane, position = by.lane(), by.position()
    by.on_entry("position = position + 100", lane, position)
    return {(lane, position)}


def move_lane(by: Tamperer, _: int) -> set[Place]:
    """Move an entry into a lane of its own: missing here, without a head there."""
    lane, position = by.lane(), by.position()
    by.on_entry("lane = 99", lane, position)
    return {(lane, position), (99, 1)}


def swap_positions(by: Tamperer, _: int) -> set[Place]:
    lane, (first, second) = by.lane(), by.two()
    for old, new in ((first, 0), (second, first), (0, second)):
        by.on_entry("position = :new", lane, old, new=new)
    return {(lane, first)}


def swap_contents(by: Tamperer, _: int) -> set[Place]:
    lane, (first, second) = by.lane(), by.two()
    by.run(
        f"UPDATE audit_entry AS e SET ({CONTENT}) = (SELECT {CONTENT} FROM audit_entry AS o WHERE o.tenant_id = :tenant"
        " AND o.lane = :lane AND o.position = CASE e.position WHEN :first THEN CAST(:second AS int) ELSE :first END)"
        " WHERE e.tenant_id = :tenant AND e.lane = :lane AND e.position IN (:first, :second)",
        lane,
        first=first,
        second=second,
    )
    return {(lane, first)}


def append_copy(by: Tamperer, _: int) -> set[Place]:
    """Add a copy of an entry at the end, hash and all."""
    lane = by.lane()
    _copy(by, lane, by.position())
    return {(lane, by.per_lane + 1)}


def append_forged(by: Tamperer, _: int) -> set[Place]:
    """Add an entry that follows its predecessor and fits its hash: only the head does not know it."""
    lane, place = by.lane(), by.per_lane + 1
    last = _entry(by, lane, by.per_lane)
    _copy(by, lane, by.position())
    by.on_entry("previous_hash = :previous", lane, place, previous=last.hash)
    by.on_entry("hash = :hash", lane, place, hash=digest(_entry(by, lane, place)))
    return {(lane, place)}


def insert_between(by: Tamperer, _: int) -> set[Place]:
    """Push the later entries on and put a copy into the gap."""
    lane, position = by.lane(), by.position(2)
    later = "WHERE tenant_id = :tenant AND lane = :lane"
    by.run(f"UPDATE audit_entry SET position = -position {later} AND position >= :position", lane, position=position)
    by.run(f"UPDATE audit_entry SET position = 1 - position {later} AND position < 0", lane)
    _copy(by, lane, position - 1, position)
    return {(lane, position)}


def change_head(by: Tamperer, round_: int) -> set[Place]:
    """Rewrite a head: what it says is missing, too much, or something else."""
    lane = by.lane()
    said = by.dice.randrange(0, by.per_lane)
    what, place = [
        (f"position = {said}", said + 1),
        ("position = position + 1", by.per_lane + 1),
        ("hash = sha256(hash)", by.per_lane + 1),
    ][round_ % 3]
    by.on_head(what, lane)
    return {(lane, place)}


def delete_head(by: Tamperer, _: int) -> set[Place]:
    lane = by.lane()
    by.run("DELETE FROM audit_lane WHERE tenant_id = :tenant AND lane = :lane", lane)
    return {(lane, by.per_lane + 1)}


def swap_lanes(by: Tamperer, _: int) -> set[Place]:
    """Exchange two whole lanes, with their heads."""
    one, other = by.dice.sample(by.lanes, 2)
    for table in ("audit_entry", "audit_lane"):
        for old, new in ((one, 0), (other, one), (0, other)):
            by.run(f"UPDATE {table} SET lane = :new WHERE tenant_id = :tenant AND lane = :lane", old, new=new)
    return {(one, 1), (other, 1)}


def cut_and_mend(by: Tamperer, _: int) -> set[Place]:
    """Cut the middle out and close the gap in the numbers."""
    lane, position = by.lane(), by.dice.randint(1, by.per_lane - 1)
    delete_one = "DELETE FROM audit_entry WHERE tenant_id = :tenant AND lane = :lane AND position = :position"
    by.run(delete_one, lane, position=position)
    later = "WHERE tenant_id = :tenant AND lane = :lane"
    by.run(f"UPDATE audit_entry SET position = -position {later} AND position > :position", lane, position=position)
    by.run(f"UPDATE audit_entry SET position = -position - 1 {later} AND position < 0", lane)
    by.on_head("position = position - 1", lane)
    return {(lane, position)}


MANIPULATIONS: dict[str, Callable[[Tamperer, int], set[Place]]] = {
    function.__name__: function
    for function in (
        change,
        rehash,
        delete,
        cut_the_tail,
        cut_and_mend,
        move_far,
        move_lane,
        swap_positions,
        swap_contents,
        swap_lanes,
        append_copy,
        append_forged,
        insert_between,
        change_head,
        delete_head,
    )
}


def _entry(by: Tamperer, lane: int, position: int) -> Any:
    """One entry as the hash sees it: its details as they stand there."""
    found = by.db.execute(
        text(
            "SELECT audit_entry.*, details::text AS details_text FROM audit_entry"
            " WHERE tenant_id = :tenant AND lane = :lane AND position = :position"
        ),
        {"tenant": by.tenant_id, "lane": lane, "position": position},
    ).one()
    return SimpleNamespace(**{**found._mapping, "details": found.details_text})


def _copy(by: Tamperer, lane: int, position: int, target: int | None = None) -> None:
    by.run(
        "INSERT INTO audit_entry SELECT :id, tenant_id, at, actor_id, actor_organisation_id, action, subject_kind,"
        " subject_id, from_state, to_state, law, details, lane, :target, written_at, previous_hash, hash"
        " FROM audit_entry WHERE tenant_id = :tenant AND lane = :lane AND position = :position",
        lane,
        id=uuid4(),
        position=position,
        target=by.per_lane + 1 if target is None else target,
    )

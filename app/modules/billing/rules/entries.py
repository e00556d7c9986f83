"""What is priced: one service record, as far as its price depends on it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.modules.agreements import ActivityCategory, Employment, ServiceKind


@dataclass(frozen=True, slots=True)
class GroupShare:
    """How many shared a group session: all who were present, whoever pays for them, and the professionals."""

    participants: int
    staff: int = 1

    def __post_init__(self) -> None:
        if self.participants < 1 or self.staff < 1:
            raise ValueError("a group session has at least one participant and one professional")


@dataclass(frozen=True, slots=True)
class Entry:
    """One service record.

    `day` is the service date in Europe/Berlin, by which terms and rate are found; `minutes` the elapsed minutes from
    `started_at` on. Records of one group session in several cases share `session_id`. Of a missed appointment
    `notice_hours` is how long before it was cancelled (None: not at all); `has_note` whether the record says why.
    Qualification and employment are those of the professional on that day, where the provider's list names them.

    Raises:
        ValueError: minutes below one, a naive instant, or group data that do not belong to the activity.
    """

    id: UUID
    help_id: UUID
    worker_id: UUID
    service_kind: ServiceKind
    activity: ActivityCategory
    day: date
    started_at: datetime
    minutes: int
    group: GroupShare | None = None
    session_id: UUID | None = None
    notice_hours: int | None = None
    has_note: bool = False
    qualification: str | None = None
    employment: Employment | None = None

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError("a record has at least one minute")
        if self.started_at.tzinfo is None:
            raise ValueError("the start is an instant with time zone")
        if (self.group is not None) != (self.activity is ActivityCategory.GROUP_SESSION):
            raise ValueError("a group session, and nothing else, has participants")
        # Instants of one time zone compare and add by the clock on the wall, which is wrong twice a year; UTC is not.
        object.__setattr__(self, "started_at", self.started_at.astimezone(UTC))

    @property
    def ended_at(self) -> datetime:
        """The end, in elapsed minutes after the start."""
        return self.started_at + timedelta(minutes=self.minutes)

    @property
    def order(self) -> tuple[date, datetime, int]:
        """The one order in which records are priced, whatever order they come in."""
        return (self.day, self.started_at, self.id.int)

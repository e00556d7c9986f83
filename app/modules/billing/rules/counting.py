"""How many minutes of a record count: the share or flat number of the activity, its cap, the share of the group."""

from app.core.money import divide_half_up
from app.modules.agreements import ActivityTerms, BillingTerms, GroupRule
from app.modules.billing.rules import words
from app.modules.billing.rules.entries import Entry, GroupShare
from app.modules.billing.rules.lines import Step
from app.modules.billing.rules.rounding import MINUTE


def counted(entry: Entry, terms: BillingTerms) -> tuple[int, list[Step]]:
    """The hundredths of a minute of a paid record that count, with a step for everything that changed them."""
    named = terms.activities.get(entry.activity)
    minutes, steps = (entry.minutes * MINUTE, []) if named is None else _of_activity(entry, named)
    if entry.group:
        shared = group_share(terms, entry.group, minutes)
        steps.append(words.group(terms, entry.group, minutes, shared))
        minutes = shared
    return minutes, steps


def group_share(terms: BillingTerms, group: GroupShare, minutes: int) -> int:
    """One participant's hundredths of a minute of a group session."""
    match terms.group_rule:
        case GroupRule.PER_HEAD_SPLIT | GroupRule.GROUP_HOUR_RATE:
            return divide_half_up(minutes, group.participants)
        case GroupRule.PER_HEAD_SPLIT_STAFF:
            return divide_half_up(minutes * group.staff, group.participants)
        case GroupRule.SPLIT_BY_HEADS_AND_STAFF:
            return divide_half_up(minutes, group.participants * group.staff)
        case GroupRule.FIXED_PERCENT:
            return divide_half_up(minutes * (terms.group_percent or 0), 100)
        case _:  # a rate of its own for each person: the minutes stay
            return minutes


def _of_activity(entry: Entry, named: ActivityTerms) -> tuple[int, list[Step]]:
    recorded, steps = entry.minutes * MINUTE, []
    minutes = recorded
    if named.flat_minutes is not None:
        minutes = named.flat_minutes * MINUTE
        steps.append(words.flat_minutes(recorded, minutes))
    if named.percent != 100:
        before, minutes = minutes, divide_half_up(minutes * named.percent, 100)
        steps.append(words.share(named.percent, before, minutes))
    if named.max_minutes is not None and minutes > named.max_minutes * MINUTE:
        before, minutes = minutes, named.max_minutes * MINUTE
        steps.append(words.capped("je Eintrag", before, minutes))
    return minutes, steps

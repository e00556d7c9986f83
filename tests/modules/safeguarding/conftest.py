"""An office where every chair is taken: alarms climb from one to the next."""

import pytest

from tests.world import World


@pytest.fixture
def world(world: World) -> World:
    world.staff()
    return world

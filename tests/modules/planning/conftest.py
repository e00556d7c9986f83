"""A plan in force that tests share which change nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.core import clock as time_source
from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.policy import Role
from app.wiring import HANDLERS, on_published
from tests.stories.helps import given_help
from tests.stories.planning import given_confirmed, path_of
from tests.world import Clock, World


@pytest.fixture(scope="module")
def kept(kernel: Kernel, http: Any) -> tuple[World, str]:
    """The world, and the path of its plan."""
    world = World(kernel, http, Clock(), Ticker(kernel.work, HANDLERS, on_published, 1))
    path = path_of(given_confirmed(world, given_help(world)))
    world.as_(Role.CASEWORKER).act(path, "review")
    return world, path


@pytest.fixture
def quiet(kept: tuple[World, str]) -> Iterator[tuple[World, str]]:
    """A plan under review, for tests in which everything is refused."""
    world, path = kept
    time_source.use(lambda: world.clock.now)
    yield world, path
    time_source.use(None)

"""A small town made through the command line alone, kept at each stage and copied for each test."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doors.door import Door
from tests.doors.town import build_town

Stages = dict[str, Path]


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """Give the town's home at each stage: founded, funded, drafted, issued, given."""
    return build_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def open_door(stages: Stages, tmp_path: Path) -> Callable[[str], Door]:
    """Give what opens the command line on a copy of the town at one stage."""

    def open_copy(stage: str) -> Door:
        home = tmp_path / stage
        shutil.copytree(stages[stage], home)
        return Door(home)

    return open_copy

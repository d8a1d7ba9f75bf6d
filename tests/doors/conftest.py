"""A small town made through the command line alone, kept at each stage and copied for each test."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doors.door import Door


@pytest.fixture
def open_door(stages: dict[str, Path], tmp_path: Path) -> Callable[[str], Door]:
    """Give what opens the command line on a copy of the town at one stage."""

    def open_copy(stage: str) -> Door:
        home = tmp_path / stage
        shutil.copytree(stages[stage], home)
        return Door(home)

    return open_copy

"""Commands of divisions."""

from collections.abc import Iterator
from pathlib import Path

import click

from voucher import clock
from voucher.access import Actor
from voucher.console import Answer, command, group
from voucher.db import transaction
from voucher.divisions import operations, policy
from voucher.periods import local_date
from voucher.workbooks.archive import load_file


def _show_import(answer: Answer) -> Iterator[str]:
    yield (
        f"{answer['rows']} 行 · rows：新增 · added {answer['added']}，"
        f"更名 · renamed {answer['updated']}，不变 · unchanged {answer['unchanged']}，"
        f"表中没有 · absent {answer['absent']}"
    )


@command("import", action=policy.IMPORT_DIVISIONS, show=_show_import)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_divisions(*, actor: Actor, file: Path) -> Answer:
    """导入本区街道和社区（CSV） · Import the district's streets and communities."""
    content, now = load_file(path=file), clock.now()
    with transaction():
        done = operations.import_divisions(
            actor=actor, content=content, today=local_date(now), now=now
        )
    return {
        "rows": done.rows,
        "added": len(done.added),
        "updated": len(done.updated),
        "unchanged": len(done.unchanged),
        "absent": len(done.absent),
    }


commands = [group("divisions", [import_divisions], help="区划 · Divisions")]

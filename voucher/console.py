"""The command line's one way: `--json`, `--as`, machine words, exit codes."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import click
import rich.console
import rich.progress
from sqlalchemy.exc import OperationalError

from voucher.access import Action, Actor
from voucher.refusals import N_, BadInput, Refusal

Answer = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the commands need from the whole application, which stands above them."""

    open_home: Callable[[], AbstractContextManager[Any]]
    find_actor: Callable[[str], Actor]
    confirm_person: Callable[[Actor], None]
    translate: Callable[[Refusal], str]


def command(
    name: str,
    *,
    action: Action,
    needs_home: bool = True,
    grave: bool = False,
    show: Callable[[Answer], Iterable[str]] | None = None,
    fails_when: Callable[[Answer], bool] | None = None,
) -> Callable[[Callable[..., Answer]], click.Command]:
    """
    Make a command of a function that returns the object `--json` prints.

    With a home the function receives `actor`, the account `--as` names. A grave command moves or
    frees money: outside demo and test homes it asks for that person's password and second factor.
    """

    def decorate(function: Callable[..., Answer]) -> click.Command:
        def run(**options: Any) -> None:
            as_json = options.pop("as_json")
            try:
                answer = _perform(function, action, needs_home, grave, options)
            except Refusal as refusal:
                _refuse(refusal, as_json, click.get_current_context().obj)
            except OperationalError:
                # The cause stands in the database's own log; here it would be a stack trace.
                busy = Refusal("busy", N_("数据库暂时无法使用，本次操作没有完成，请稍后重试"))
                _refuse(busy, as_json, click.get_current_context().obj)
            _print(answer, as_json, show)
            if fails_when and fails_when(answer):
                sys.exit(1)

        params = list(reversed(getattr(function, "__click_params__", [])))
        params.append(click.Option(["--json", "as_json"], is_flag=True, help="一个 JSON 对象"))
        if needs_home:
            params.append(click.Option(["--as", "account_name"], default="console", help="账号"))
        made = click.Command(name, callback=run, params=params, help=function.__doc__)
        made.action = action  # type: ignore[attr-defined]
        return made

    return decorate


def group(
    name: str,
    commands: Iterable[click.Command],
    *,
    help: str = "",  # noqa: A002 - click's own word for it
) -> click.Group:
    """Gather commands under one word."""
    return click.Group(name, commands={str(made.name): made for made in commands}, help=help)


def track(items: Iterable[T], *, total: int, title: str) -> Iterator[T]:
    """Give the items on, showing on a terminal how many of the total are done."""
    shown = rich.console.Console(stderr=True)
    if not shown.is_terminal:
        yield from items
        return
    yield from rich.progress.track(items, title, total=total, console=shown)


class Gate(click.Group):
    """The whole command line: what cannot be read as a command is refused like all bad input."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **options: Any) -> Any:
        """Run one command and end the process with its exit code."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            outcome = super().main(words, *others, **{**options, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as help_wanted:
            help_wanted.show()
            sys.exit(help_wanted.exit_code)
        except click.ClickException as fault:
            unread = BadInput(
                "usage",
                N_("命令写法有误：%(detail)s；可加 --help 查看用法"),
                detail=fault.format_message(),
            )
            _refuse(unread, "--json" in words, self.context_settings["obj"])
        except click.Abort:
            sys.exit(1)
        sys.exit(outcome if isinstance(outcome, int) else 0)


def _perform(
    function: Callable[..., Answer],
    action: Action,
    needs_home: bool,
    grave: bool,
    options: dict[str, Any],
) -> Answer:
    if not needs_home:
        return function(**options)
    doors: Doors = click.get_current_context().obj
    with doors.open_home():
        actor = doors.find_actor(options.pop("account_name"))
        action.demand(actor)
        if grave:
            doors.confirm_person(actor)
        return function(actor=actor, **options)


def _refuse(refusal: Refusal, as_json: bool, doors: Doors) -> NoReturn:
    if as_json:
        click.echo(json.dumps(refusal.as_json(), ensure_ascii=False, default=str))
    click.echo(f"{doors.translate(refusal)} [{refusal.word}]", err=True)
    sys.exit(refusal.exit_code)


def _print(answer: Answer, as_json: bool, show: Callable[[Answer], Iterable[str]] | None) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
        return
    for line in (show or _show_plainly)(answer):
        click.echo(line)


def _show_plainly(answer: Answer) -> Iterable[str]:
    for name, value in answer.items():
        if isinstance(value, list | dict):
            yield f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}"
        else:
            yield f"{name}: {value}"

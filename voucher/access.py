"""Who may do what: the actor, the action, and the one way a permission is declared and enforced."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g
from sqlalchemy import ColumnElement, true

from voucher.refusals import N_, NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    """The work of an account. A till has no account; `console` is the command line's own."""

    WORKER = "worker"
    ASSESSOR = "assessor"
    APPROVER = "approver"
    FINANCE = "finance"
    AUDITOR = "auditor"
    DESK = "desk"
    ADMIN = "admin"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who acts, for whom, and through which door.

    `community_ids` is the actor's area, None for the whole district. `channel` names the door:
    `web`, `api`, or `console:` and the system's user.
    """

    key: str
    name: str
    channel: str
    role: Role | None = None
    account_id: int | None = None
    community_ids: frozenset[int] | None = None
    shop_id: int | None = None
    device_id: int | None = None

    def covers(self, community_id: int | None) -> bool:
        """Tell whether a community lies within the actor's area."""
        return self.community_ids is None or community_id in self.community_ids


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do; allowed when any of the predicates holds, otherwise not."""

    name: str
    any_of: tuple[Callable[[Actor], bool], ...]
    is_public: bool = False
    # On a page the password must have been given lately: it moves money or says who may.
    is_grave: bool = False

    def allows(self, actor: Actor | None) -> bool:
        """Tell whether this actor may do it."""
        if self.is_public:
            return True
        return actor is not None and any(holds(actor) for holds in self.any_of)

    def demand(self, actor: Actor | None) -> None:
        """
        Stop an actor who may not do it.

        :raises NotAllowed: not_allowed.
        """
        if not self.allows(actor):
            raise NotAllowed(
                "not_allowed", N_("您的账号没有此项权限（%(action)s）"), action=self.name
            )


def self_approve() -> NotAllowed:
    """Give the refusal for who would check their own work: maker is never checker."""
    return NotAllowed("self_approve", N_("不能批准自己提交的内容，请由另一人批准"))


class PasswordNeeded(NotAllowed):
    """The person may do it, once their password has been given again."""

    status = 401


ANYONE = Action("anyone", (), is_public=True)


def has_role(*roles: Role) -> Callable[[Actor], bool]:
    """Make the predicate that holds for accounts of these roles."""

    def holds(actor: Actor) -> bool:
        return actor.role in roles

    return holds


def works_a_till(actor: Actor) -> bool:
    """Hold for an enrolled device, which acts for its shop alone."""
    return actor.device_id is not None and actor.shop_id is not None


def is_signed_in(actor: Actor) -> bool:
    """Hold for any account."""
    return actor.account_id is not None


def require(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare and enforce, on a view, the action it performs."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            action.demand(g.get("actor"))
            if action.is_grave and not g.get("is_fresh"):
                raise PasswordNeeded("password_needed", N_("这项操作需要再次输入密码"))
            return view(*args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def within_area(community: Any, actor: Actor) -> ColumnElement[bool]:
    """Give the condition that keeps a query inside the actor's area."""
    if actor.community_ids is None:
        return true()
    return community.in_(sorted(actor.community_ids))

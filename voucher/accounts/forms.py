"""What people type at the door, as typed values."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.access import Role
from voucher.kept import MAX_BYTES
from voucher.refusals import N_, BadInput

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows once the door is passed: the page asked for, or the form that was under way."""

    path: str = "/"
    kept: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Onward":
        """Read the form; what could lead elsewhere becomes the home page."""
        return cls(read_path(form.get("next", "")), form.get("kept", "")[:MAX_BYTES])


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name, a password, a code, the page that was asked for, and the form that was under way."""

    name: str
    password: str
    code: str
    onward: Onward

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "SignIn":
        """Read the form; what is too long to be true is cut."""
        return cls(
            name=form.get("name", "")[:LONGEST],
            password=form.get("password", "")[:LONGEST],
            code=form.get("code", "")[:LONGEST],
            onward=Onward.parse(form),
        )


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The password of today, and the one wanted, twice."""

    current: str
    wanted: str
    repeated: str
    onward: Onward

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "NewPassword":
        """Read the form; what is too long to be true is cut."""
        return cls(
            current=form.get("current", "")[:LONGEST],
            wanted=form.get("wanted", "")[:LONGEST],
            repeated=form.get("repeated", "")[:LONGEST],
            onward=Onward.parse(form),
        )


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A second factor that was offered, and the code that proves it."""

    offered: str
    code: str
    onward: Onward

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "NewFactor":
        """Read the form; what is too long to be true is cut."""
        return cls(
            offered=form.get("offered", "")[:LONGEST],
            code=form.get("code", "")[:LONGEST],
            onward=Onward.parse(form),
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """A name, a role and an area's code as an administrator chose them; no code: the district."""

    name: str
    role: str
    area: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Duty":
        """Read the form; what is too long to be true is cut."""
        return cls(
            name=form.get("name", "")[:LONGEST],
            role=form.get("role", "")[:LONGEST],
            area=form.get("area", "")[:LONGEST],
        )

    def read_role(self) -> Role:
        """
        Give the role.

        :raises BadInput: role_unknown.
        """
        try:
            return Role(self.role)
        except ValueError:
            raise BadInput("role_unknown", N_("请选择角色")) from None


def read_path(path: str) -> str:
    """Give a page of this site; anything that could lead elsewhere becomes the home page."""
    is_ours = path.startswith("/") and not path.startswith("//")
    is_plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if is_ours and is_plain else "/"

"""What people type at the door, as typed values."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.kept import MAX_BYTES

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name, a password, the page that was asked for, and the form that was under way."""

    name: str
    password: str
    next_path: str
    kept: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "SignIn":
        """Read the form; what is too long to be true is cut."""
        return cls(
            name=form.get("name", "")[:LONGEST],
            password=form.get("password", "")[:LONGEST],
            next_path=read_path(form.get("next", "")),
            kept=form.get("kept", "")[:MAX_BYTES],
        )


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The password of today, and the one wanted, twice."""

    current: str
    wanted: str
    repeated: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "NewPassword":
        """Read the form; what is too long to be true is cut."""
        return cls(
            current=form.get("current", "")[:LONGEST],
            wanted=form.get("wanted", "")[:LONGEST],
            repeated=form.get("repeated", "")[:LONGEST],
        )


def read_path(path: str) -> str:
    """Give a page of this site; anything that could lead elsewhere becomes the home page."""
    is_ours = path.startswith("/") and not path.startswith("//")
    is_plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if is_ours and is_plain else "/"

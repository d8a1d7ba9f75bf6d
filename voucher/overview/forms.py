"""What the desk's clerk types, as typed values."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

LONGEST = 200


@dataclass(frozen=True, slots=True)
class CallForm:
    """One call's fields as they were typed; the rules read them."""

    text: str = ""
    resident: str = ""
    serial: str = ""
    born: str = ""
    last_four: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "CallForm":
        """Read the form; what is too long to be true is cut."""
        return cls(
            **{name: form.get(name, "").strip()[:LONGEST] for name in cls.__dataclass_fields__}
        )

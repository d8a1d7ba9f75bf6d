"""A stay as it was typed."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.workbooks.cells import normalise_text

LONGEST = 200


@dataclass(frozen=True, slots=True)
class StayForm:
    """The fields as typed, and the key of the attempt."""

    from_day: str = ""
    to_day: str = ""
    hospital: str = ""
    effect: str = ""
    client_key: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "StayForm":
        """Read the form; what is too long to be true is cut."""
        return cls(
            from_day=form.get("from", "")[:40].strip(),
            to_day=form.get("to", "")[:40].strip(),
            hospital=normalise_text(form.get("hospital", "")[:LONGEST]),
            effect=form.get("effect", "")[:20],
            client_key=form.get("client_key", ""),
        )

"""What is wrong with a row of a workbook: a machine word, a sentence, the facts."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """`sentence` is Chinese with %(name)s places for `facts`; it is translated where shown."""

    word: str
    sentence: str
    facts: Mapping[str, Any]

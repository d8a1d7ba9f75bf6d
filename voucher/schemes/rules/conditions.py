"""
Conditions of scheme files, in CEL: proved sound before use, compiled once, never `eval`.

The library only parses when it compiles: unknown names, wrong types and comparisons that can
never hold come to light when a condition runs, or, behind `||` and `&&`, never. So each
comparison of a condition runs alone on samples of every value it can meet, and must come out
true on some and false on others. A comparison that passes cannot raise later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import cel

from voucher.refusals import N_
from voucher.schemes.rules.values import SITUATIONS

Samples = Mapping[str, Sequence[Any]]

# Forty thousand characters kill the process inside the library's parser.
MAX_CHARACTERS = 1_000
MAX_NESTING = 20

LOGIC = frozenset({"_&&_", "_||_", "!_", "_?_:_"})
ORDER = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
# No size(): it counts bytes. No matches() or contains(): 低保 would also find 低保边缘.
ALLOWED = LOGIC | ORDER | {"_==_", "_!=_", "@in", "_+_", "_-_"}
# Escapes, comments and triple quotes would hide a bracket or an operator from the splitter.
FORBIDDEN_TEXT = ("\\", "//", '"""', "'''")

RESIDENT_SAMPLES: Samples = {
    "age": range(131),
    "situation": [[], *([word] for word in SITUATIONS), list(SITUATIONS)],
    "gbt_level": ["", "0", "1", "2", "3", "4"],
}


class UnsoundCondition(Exception):
    """The condition may not decide anything. The sentence needs `file`, `line` and `path`."""

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A sound condition and the names it looks at, in alphabetical order."""

    text: str
    names: tuple[str, ...]
    program: cel.Program

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the condition holds for these values, one for each of its names."""
        return bool(self.program.execute({name: values[name] for name in self.names}))


def compile_condition(*, text: str, samples: Samples) -> Condition:
    """
    Compile a condition over the names of `samples` and prove it sound on them.

    :raises UnsoundCondition: too long, unreadable, unknown name or function, a comparison that
        raises, is not true or false, or always comes out the same.
    """
    program = _parse(text)
    _refuse_unknown_words(program, samples)
    for leaf in _split_leaves(text, depth=0):
        _try_leaf(leaf, samples)
    return Condition(text=text, names=tuple(program.variables()), program=program)


def _parse(text: str) -> cel.Program:
    if len(text) > MAX_CHARACTERS:
        raise UnsoundCondition(
            N_("%(file)s 第 %(line)s 行 %(path)s：条件最多 %(limit)s 个字符"), limit=MAX_CHARACTERS
        )
    for mark in FORBIDDEN_TEXT:
        if mark in text:
            raise UnsoundCondition(
                N_("%(file)s 第 %(line)s 行 %(path)s：条件中不能有 %(mark)s"), mark=mark
            )
    try:
        return cel.compile(text)
    except ValueError as error:
        raise UnsoundCondition(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s："
                "条件“%(condition)s”写法有误，请检查括号、引号和运算符"
            ),
            condition=text[:80],
        ) from error


def _refuse_unknown_words(program: cel.Program, samples: Samples) -> None:
    for name in program.variables():
        if name not in samples:
            raise UnsoundCondition(
                N_(
                    "%(file)s 第 %(line)s 行 %(path)s：条件用了未知的名称 %(mark)s，可用：%(known)s"
                ),
                mark=name,
                known=" ".join(sorted(samples)),
            )
    for function in program.functions():
        if function not in ALLOWED:
            raise UnsoundCondition(
                N_("%(file)s 第 %(line)s 行 %(path)s：条件不能使用 %(mark)s"),
                mark=function.strip("_@"),
            )


def _try_leaf(leaf: str, samples: Samples) -> None:
    """Run one comparison on every combination of samples of the names it uses."""
    program = _parse(leaf)
    names = program.variables()
    _refuse_ordered_text(leaf, program, samples)
    outcomes = set()
    for values in product(*(samples[name] for name in names)):
        outcomes.add(_run(leaf, program, dict(zip(names, values, strict=True))))
    if outcomes != {True, False}:
        raise UnsoundCondition(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s："
                "“%(condition)s”的结果永远相同，请检查类型、引号和取值"
            ),
            condition=leaf[:80],
        )


def _run(leaf: str, program: cel.Program, values: dict[str, Any]) -> bool:
    try:
        outcome = program.execute(values)
    except (RuntimeError, TypeError, KeyError, IndexError, OverflowError, ValueError) as error:
        raise UnsoundCondition(
            N_("%(file)s 第 %(line)s 行 %(path)s：“%(condition)s”无法计算，请检查类型"),
            condition=leaf[:80],
        ) from error
    if not isinstance(outcome, bool):
        raise UnsoundCondition(
            N_("%(file)s 第 %(line)s 行 %(path)s：“%(condition)s”的结果不是“是”或“否”"),
            condition=leaf[:80],
        )
    return outcome


def _refuse_ordered_text(leaf: str, program: cel.Program, samples: Samples) -> None:
    """Refuse `level > "2"`: text is ordered by character, so "70" comes after "100"."""
    is_ordered = ORDER & set(program.functions())
    if is_ordered and any(isinstance(samples[name][0], str) for name in program.variables()):
        raise UnsoundCondition(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s：“%(condition)s”比较了文字的大小，请改用 in [...]"
            ),
            condition=leaf[:80],
        )


def _split_leaves(text: str, *, depth: int) -> Iterator[str]:
    """Take a condition apart at `?:`, `||`, `&&`, `!` and brackets, down to its comparisons."""
    if depth > MAX_NESTING:
        raise UnsoundCondition(
            N_("%(file)s 第 %(line)s 行 %(path)s：条件嵌套最多 %(limit)s 层"), limit=MAX_NESTING
        )
    text = text.strip()
    parts = _split_ternary(text) or _split_at(text, "||") or _split_at(text, "&&")
    inner = _strip_not_or_brackets(text)
    if parts is None and inner is not None:
        parts = [inner]
    if parts is None:
        yield text
        return
    for part in parts:
        yield from _split_leaves(part, depth=depth + 1)


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """Give the characters that stand outside all brackets and quotes, with their places."""
    depth, quote = 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0:
            yield place, character


def _split_at(text: str, operator: str) -> list[str] | None:
    parts, start = [], 0
    for place, _ in _outside(text):
        if place >= start and text.startswith(operator, place):
            parts.append(text[start:place])
            start = place + len(operator)
    return [*parts, text[start:]] if parts else None


def _split_ternary(text: str) -> list[str] | None:
    """Split `a ? b : c`; a ternary inside b or c is split in its turn."""
    question, open_count = -1, 0
    for place, character in _outside(text):
        if character == "?":
            question = place if question < 0 else question
            open_count += 1
        elif character == ":":
            open_count -= 1
            if open_count == 0:
                return [text[:question], text[question + 1 : place], text[place + 1 :]]
    return None


def _strip_not_or_brackets(text: str) -> str | None:
    """Take off one `!` or one pair of brackets when it holds the whole text."""
    if text.startswith("!") and _strip_not_or_brackets(text[1:].strip()) is not None:
        return text[1:]
    has_brackets = text.startswith("(") and text.endswith(")")
    return text[1:-1] if has_brackets and not list(_outside(text)) else None

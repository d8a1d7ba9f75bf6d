"""Small functions, small modules: the pain of a codebase is in its longest ones."""

from tests.structure.source import PACKAGE, TESTS, list_modules, place, walk_functions

FUNCTION_LINES = 40
MODULE_LINES = 300
TEST_MODULE_LINES = 500
LINE_LENGTH = 100


def count_lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_function_is_longer_than_forty_lines():
    too_long = [
        f"{place(path, function.lineno)} {function.name}"
        for path in list_modules(PACKAGE, TESTS)
        if "versions" not in path.parts
        for function in walk_functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]

    assert too_long == []


def test_no_module_is_longer_than_three_hundred_lines():
    modules = [path for path in list_modules(PACKAGE) if "versions" not in path.parts]

    assert [place(path) for path in modules if count_lines(path) > MODULE_LINES] == []


def test_no_test_module_is_longer_than_five_hundred_lines():
    long_tests = [
        place(path) for path in list_modules(TESTS) if count_lines(path) > TEST_MODULE_LINES
    ]

    assert long_tests == []


def test_no_line_is_longer_than_a_hundred_characters():
    too_long = [
        place(path, number)
        for path in list_modules(PACKAGE, TESTS)
        if "versions" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > LINE_LENGTH
    ]

    assert too_long == []

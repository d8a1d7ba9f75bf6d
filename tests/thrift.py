"""
What the two thousand applications of a session may share, since each would work out the same.

Only what follows from texts alone is shared: nothing of a home, a database or a test.
"""

import gc

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_STATEMENTS_KEPT = 5000


def share_routes() -> None:
    """
    Compile each route once.

    What werkzeug compiles for it depends on its text and defaults alone, and compiling it is most
    of the time an application takes to start.
    """
    compile_rule, known = Rule.compile, {}
    made = ("_parts", "_trace", "_converters", "arguments")

    def compile_once(rule: Rule) -> None:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, defaults)
        if key not in known:
            compile_rule(rule)
            builders = (rule._build.__func__, rule._build_unknown.__func__)
            known[key] = {name: getattr(rule, name) for name in made}, builders
            return
        attributes, (build, build_unknown) = known[key]
        vars(rule).update(attributes)
        rule._build = build.__get__(rule, None)
        rule._build_unknown = build_unknown.__get__(rule, None)

    Rule.compile = compile_once


def share_statements() -> None:
    """
    Compile each SQL statement once for each kind of database.

    A statement's text follows from the statement and the kind; SQLAlchemy keeps it for each engine
    alone, and every test has an engine of its own.
    """
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__hash__ = lambda dialect: hash(type(dialect))
        kind.__eq__ = lambda dialect, other: type(dialect) is type(other)
    statements = LRUCache(_STATEMENTS_KEPT)
    shared = property(lambda engine: statements, lambda engine, made: None)
    Engine._compiled_cache = shared


def spare_modules() -> None:
    """Let the garbage collector never again walk through what was imported: it stays for good."""
    gc.collect()
    gc.freeze()

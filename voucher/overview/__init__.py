"""
Pages that show the whole chain: home, search, the telephone desk, one resident's file.

Owns no tables. It reads through the queries of the domains and leaves every deed to them.
"""

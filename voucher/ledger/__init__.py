"""
Money: budgets and double-entry accounts, in whole fen.

Owns: budgets, ledger transactions and entries. An entry adds to (or takes from) the account it
names; the entries of a transaction sum to zero. Rows are only ever added. Accounts:
`fund committed payable paid lapsed void released disputed adjust`.
Laws: I01 conservation, I02 double entry, I05 append-only, I12 committed <= approved budget.
"""

"""
People who sign in: role, area, password.

Owns: accounts. A till is no account: it is an enrolled device of a shop. `console` is the command
line's own account; it may set up, import and grade, never approve, settle or pay.

Laws: a first password is made by chance, works once, and is dead after seven days; five misses in a
row close an account for fifteen minutes; nobody but its owner learns or chooses a password; signing
out ends every session of the account, on whatever machine.
"""

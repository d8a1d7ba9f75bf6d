"""
People who sign in: role, area, password, second factor.

Owns: accounts. A till is no account: it is an enrolled device of a shop. `console` is the command
line's own account; it may set up, import and grade, never approve, settle or pay.

Laws: a first password is made by chance, works once, and is dead after seven days; five misses in a
row, of password or code, close an account for fifteen minutes; nobody but its owner learns or
chooses a password or learns a second factor; a code opens once; in live homes finance, approvers,
administrators and auditors enter by password and code alone; signing out ends every session of the
account, on whatever machine; nobody changes or stops his own account, or the last administrator's.
"""

"""
People who sign in: role, area, password.

Owns: accounts. A till is no account: it is an enrolled device of a shop. `console` is the command
line's own account; it may set up, import and grade, never approve, settle or pay.
"""

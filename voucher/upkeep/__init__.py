"""
Keeping an installation: make a home, move a rehearsal's clock, verify every law, run the demo.

Owns no table. `verify` recomputes the invariants of all domains from their rows.
"""

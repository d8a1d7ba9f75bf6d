"""
Events: who did what to what, written in the transaction of the deed itself.

Owns: events and their seals. Events are append-only; the sealer numbers committed events without a
gap and chains their hashes, so that a later change to any of them shows. An event holds no ID
number, phone, account or diagnosis.
"""

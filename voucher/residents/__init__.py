"""
The people on the roster, aged 60 and over.

Owns: residents and the history of their fields. A person has an opaque number of our own; the ID
number is an attribute, sealed, found through its blind index and unique among those present.
Departure is recorded here; `redemptions.operations.departures` carries it further.
"""

"""
The district, its streets and communities.

Owns: divisions (dated, with successors; each a small number that is never reused) and the one row
that says which district this installation serves. A community's number stands in every token.
"""

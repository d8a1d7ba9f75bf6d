"""
A shop's redemptions of a period, closed once and paid.

Owns: settlements and their lines. Cut by server time at the midnight after the last day; made by
finance, approved by another finance account, paid with a bank reference. Each redemption stands in
at most one line; lines under an open case are held; a closed settlement never changes, corrections
go to the next. Laws: I10, I11.
"""

"""
A shop takes a voucher at the point of service, once, or takes it back.

Owns: redemptions, reversals, and the attempts that were refused. One conditional UPDATE and an
insert in one transaction decide; nothing is read first and written later. A reversal is a row of
its own, full and at most once. The shop may undo its own redemption the same day before
settlement; any later reversal needs two people.
"""

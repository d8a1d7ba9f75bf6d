"""
What a level grants a resident for a period, and why not.

Owns no table: entitlements are worked out from residents, confirmed levels and the programme, and
an issue run freezes the copy it was approved with.
"""

"""
Elder-care vouchers, from a care level to a paid shop.

The flow, one package after the other (each may import those before it, never those after):

divisions    the district, its streets and communities
residents    the roster of people aged 60 and over, imported from Excel
assessments  answers to one instrument on one day
care_levels  grading proposes a level, an official confirms it
entitlements what a level grants for a period, and why not
ledger       budgets and double-entry accounts, in whole fen
vouchers     issue runs: draft, approved, issued, closed; each voucher and its prints
printouts    sheets with QR codes, handover lists, statements
redemptions  a shop takes a voucher, once, or takes it back
settlements  the district pays the shops, to the fen
upkeep       verify recomputes every law from the rows
"""

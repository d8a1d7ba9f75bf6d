"""
Issue runs, vouchers and their prints.

Owns: issue runs and their lines, vouchers, prints, delivery rounds, handovers, what came back,
boxes that were lost. A run goes draft (who is due; no vouchers, no money) -> approved (budget
committed, vouchers being written) -> issued (may print) -> closed, or cancelled before the first
handover. A voucher is inactive until it is handed over, then active, then used, void or lapsed;
partly used is a balance, held a flag with a reason.
A round is one community of a run: it closes when every print has an outcome, by another person
than who counted; what was not delivered is void then. A run closes with its last round.
A replacement voids a voucher and gives what was left of it to a new one, by two people.
Laws: I03 every fen of a voucher is in one place, I04 legal moves, I09 one live print, I12 one
non-void voucher per resident, programme, period and item.
"""

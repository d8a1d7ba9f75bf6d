"""
Stays in hospital: from when to when, and what the stay does to paper.

Owns: stays. A stay is never rewritten: it is ended once, or withdrawn and recorded anew. Stays of
one person never overlap. Entitlements read who is stopped; `vouchers.operations.staying` holds the
paper and lets it go again. That somebody is in hospital is health data.
"""

"""
Proofing: a PDF file in, what a reader finds on it out, and what of that is wrong.

No database, no clock, no settings, and nothing of drawing: what is drawn is read with other eyes.
"""

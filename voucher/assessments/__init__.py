"""
Answers to one instrument on one day, given by two assessors.

Owns: assessments. An assessment is never edited, only superseded by a later row for the same
person, instrument and day. Reads: residents, schemes. Grading is the business of care_levels.
"""

"""
Answers to one instrument on one day, given by two assessors.

Owns: assessments, and the bedside forms that may become some. An assessment is never edited, only
superseded by a later row for the same person, instrument and day. A form is `open` while it is
filled in (on a phone, sealed, and here, sealed), `signed` by its first assessor and the informant,
`confirmed` by another assessor, who is never the first one: only then there is an assessment;
or `dropped`. Reads: residents, schemes. Grading is the business of care_levels.
"""

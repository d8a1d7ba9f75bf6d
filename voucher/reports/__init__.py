"""
Read-only figures, charts and workbooks: what a policy would cost before anybody adopts it.

Owns no table and writes none; the pages write one audit event, because levels are read in bulk.

Laws: a simulation grants by the very rules of the programme and the very roster of an issue run;
a total is split among its sources as at a close; nobody is named; who may not see health sees no
levels of a part of the district, and asks no question of their own making.
"""

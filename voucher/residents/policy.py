"""Who keeps the roster."""

from voucher.access import Action, Role, has_role

_READERS = (Role.WORKER, Role.APPROVER, Role.AUDITOR)

IMPORT_ROSTER = Action("residents.import", (has_role(Role.WORKER, Role.CONSOLE),))
FIND_RESIDENTS = Action("residents.find", (has_role(*_READERS, Role.ASSESSOR),))
REGISTER_RESIDENT = Action("residents.register", (has_role(Role.WORKER),))
CORRECT_RESIDENT = Action("residents.correct", (has_role(Role.WORKER),))
SEE_TWINS = Action("residents.see_twins", (has_role(*_READERS),))
DECIDE_SAME_PERSON = Action("residents.decide_same_person", (has_role(Role.WORKER, Role.APPROVER),))

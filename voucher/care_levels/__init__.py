"""
Care levels: grading proposes, an official confirms or sends back; who disagrees appeals.

Owns: care levels, each of one resident on one scale from a day to a day. A scale is an instrument
or a programme's own classing; programmes name the scale they read. Age bands need no confirmation.
A level keeps its reasons and the version that produced it; it is superseded, never rewritten.

An appeal: registered -> assessed (by two others) -> decided (by an approver who confirmed nothing
of it) | withdrawn. Until then the level stays in force and nothing proposed takes its place.
"""

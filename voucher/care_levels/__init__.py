"""
Care levels: grading proposes, an official confirms.

Owns: care levels, each of one resident on one scale from a day to a day. A scale is an instrument
or a programme's own classing; programmes name the scale they read. Age bands need no confirmation.
A level keeps its reasons and the version that produced it; it is superseded, never rewritten.
"""

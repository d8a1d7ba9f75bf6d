"""The tests mirror the code; beside them stand the structure, the laws and the journeys."""

"""The laws of the roster: pure, in the words of the people who keep it."""

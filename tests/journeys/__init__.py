"""The whole chain, in the words of the people who walk it."""

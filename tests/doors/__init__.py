"""Bad input at each door: a word, a sentence in both languages, nothing written."""

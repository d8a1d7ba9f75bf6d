"""The laws of the whole: races, an arbitrary life against a model, and `verify` itself."""

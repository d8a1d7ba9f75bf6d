"""Pages of residents: the people, and the roster that brings them."""

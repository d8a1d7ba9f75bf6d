"""Pages of imports: what a kind of file is, and the pages that serve every kind."""

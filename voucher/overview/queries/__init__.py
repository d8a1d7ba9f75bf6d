"""Reading across the chain: who calls and what may be told; what waits for whom."""

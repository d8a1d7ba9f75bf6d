"""What a simulation works out, from facts alone: pure."""

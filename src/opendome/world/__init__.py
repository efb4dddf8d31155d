"""What is true: threats in flight, rounds in flight, and what came of them."""

"""How long things take: durations recorded by endpoint, what made them faster, and which have changed."""

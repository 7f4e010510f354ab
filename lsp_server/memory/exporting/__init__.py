"""Writing the memory out, in the formats that people keep theirs in."""

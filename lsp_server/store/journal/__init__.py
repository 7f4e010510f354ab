"""Events by the thousand, kept locally: segments of JSON lines, one writer each, under a size budget."""

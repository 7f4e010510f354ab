"""One step a file, in order of their numbers. They stand for themselves and import nothing of ours."""

"""Files that are kept as they are, large ones through git LFS."""

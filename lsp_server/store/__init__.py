"""The ground floor: a versioned tree of files, kept on a git branch."""

"""The formats of a directory of project memory, as pure functions: text to entries, records to text."""

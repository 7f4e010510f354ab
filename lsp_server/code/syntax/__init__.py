"""What defines a symbol in each language, as rules on the nodes of its tree-sitter grammar."""

"""Living documents: files that people keep up to date, as pure data."""

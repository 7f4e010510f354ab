"""What is found in the events: looked for by finders, kept as records for as long as it lasts."""

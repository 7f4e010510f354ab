"""What is remembered, as pure data: kinds, fields, life cycle, front matter, identity. No I/O."""

"""The beginning and the end of a working session: what there is to know, what was done, what is due."""

"""Looking the memory over: what is wrong with it, in words, and repairing what can be repaired safely.

``examining`` runs the examinations (one module an area, each ``Case -> Iterator[Finding]``) and makes the
``Diagnosis``; ``repairing`` mends. Nothing here talks to a network or runs anything that a repository names.
"""

"""What ``Memory`` can do, a file for each area; ``memory.facade`` puts them together.

Every call loads the use case behind it when it is first made: recording must not load merging.
"""

"""Pages for editors: what programs keep and what happened in them, as Markdown to be read.

Nothing in a page acts, whatever programs have written. What a line is about stands at its beginning, in a
form that ``lines`` makes and reads again: so that an editor can offer what can be done about it.
"""

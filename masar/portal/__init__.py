"""The citizen's pages: a door without tables and without rules of its own.

A view makes one call to a room below, a presenter turns the answer into words, a template lays them out.
Jinja2 macros in `templates/components` are the component library; `/_components` shows them all.
"""

"""look: how values look, as text and as HTML; one visual language for every surface.

Escapes everything that comes from data. Knows no front door.
"""

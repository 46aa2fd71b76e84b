"""HTML, style sheets and attachments in, a sealed PDF out: PDF/A-3a (ISO 19005-3) and PDF/UA-1
(ISO 14289-1). Knows no model and no Django; ``api.py`` is its door.
"""

__all__ = ["api"]

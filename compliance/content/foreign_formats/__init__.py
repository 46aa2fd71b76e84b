"""Checklists of other programs: OSCAL, CISO Assistant, CNIL PIA, OWASP ASVS. Pure."""

__all__ = ["asvs", "ciso", "cnil", "oscal"]

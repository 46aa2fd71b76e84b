"""OSCAL catalogs, profiles' resolved ones too, as JSON, YAML and XML.

``catalog.py`` reads and ``building.py`` writes the mapping of the JSON form; YAML is the
same mapping, and ``xml.py`` turns XML into it and back.
"""

__all__ = ["building", "catalog", "names", "xml"]

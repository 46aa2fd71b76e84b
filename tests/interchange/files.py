"""Reading a file as its process does, without the process."""

from compliance.interchange.formats import recognise, workbook
from compliance.interchange.formats.process import WORKBOOKS


def read(content, suffix=""):
    reader = workbook if content.startswith(WORKBOOKS) else recognise
    return reader.read(content, suffix)

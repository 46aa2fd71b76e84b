"""Reading a file as its process does, without the process."""

from compliance.content.checklist_files import recognise
from compliance.content.checklist_files.process import WORKBOOKS
from compliance.content.formats import workbook


def read(content, suffix=""):
    reader = workbook if content.startswith(WORKBOOKS) else recognise
    return reader.read(content, suffix)

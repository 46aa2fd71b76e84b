"""Lays out one document with one patch of the engine or none, and counts the work.

``python -m tests.proof.press.counting``: reads HTML, style sheet, path, folder of fonts and the
name of a patch as JSON; writes how often each patch's work was done, and its CPU seconds.
"""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pydyf
import weasyprint
from weasyprint.css import StyleFor
from weasyprint.layout import page, percent
from weasyprint.text import line_break
from weasyprint.text.fonts import FontConfiguration

from compliance.proof.press import weasyprint_patches as patches
from compliance.proof.press.fonts import unpacked

CALLS = Counter()


def counting(name, function):
    def counted(*given, **named):
        CALLS[name] += 1
        return function(*given, **named)

    return counted


def count_work():
    """Count calls of the functions that the patches save, before they are patched."""
    StyleFor.set_computed_styles = counting("style_no_notes", StyleFor.set_computed_styles)
    page.set_page_type_computed_styles = counting("style_pages_once", page.set_page_type_computed_styles)
    resolve = percent.resolve_percentages
    patches._replace(resolve, counting("use_values_once", resolve))
    strut = line_break.strut
    patches._replace(strut, counting("keep_struts", strut))
    line_break.Layout.setup = counting("copy_text_layouts", line_break.Layout.setup)
    references = counting("keep_page_references", pydyf.PDF.page_references.fget)
    pydyf.PDF.page_references = property(references)


def main():
    given = json.load(sys.stdin)
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    if given.get("counts", True):
        count_work()
    for patch in patches.PATCHES:
        if given["patch"] in {patch.__name__, "all"}:
            patch()
    css, _ = unpacked(given["css"], set(given["html"]), Path(given["fonts"]))
    began, fonts = time.process_time(), FontConfiguration()
    sheet = weasyprint.CSS(string=css, font_config=fonts)
    document = weasyprint.HTML(string=given["html"]).render(
        font_config=fonts, stylesheets=[sheet], pdf_variant="pdf/a-3a"
    )
    document.write_pdf(given["path"], pdf_variant="pdf/a-3a", pdf_tags=True)
    seconds = time.process_time() - began
    said = {"calls": CALLS, "seconds": seconds, "pages": len(document.pages)}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()

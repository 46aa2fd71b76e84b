"""Opens a spreadsheet in LibreOffice, types into cells and saves it as XLSX.

Run by the system's Python, which knows UNO: SOURCE TARGET PROFILE CELLS, where CELLS
is JSON: [[sheet, cell, what is typed], ...].
"""

import json
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connect(pipe):
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.2)
    raise SystemExit("LibreOffice does not answer")


def main(source, target, profile, cells):
    pipe = f"attest{time.time_ns()}"
    office = subprocess.Popen(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{profile}",
            f"--accept=pipe,name={pipe};urp",
        ]
    )
    try:
        context = connect(pipe)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        hidden = (option("Hidden", True),)
        book = desktop.loadComponentFromURL(f"file://{source}", "_blank", 0, hidden)
        for sheet, cell, typed in json.loads(cells):
            place = book.Sheets.getByName(sheet).getCellRangeByName(cell)
            if isinstance(typed, str):
                place.FormulaLocal = typed
            else:
                place.Value = typed
        kind = (option("FilterName", "Calc MS Excel 2007 XML"),)
        book.storeToURL(f"file://{target}", kind)
        book.close(True)
        desktop.terminate()
        office.wait(30)
    finally:
        office.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])

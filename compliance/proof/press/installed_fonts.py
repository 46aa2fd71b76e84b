"""The fonts of the machine: which of them a report may use, and what they can draw.

Asks fontconfig through the engine's own door to it. Fonts without outlines and fonts in
colour are kept away from every report, whatever they are called: the first print at a
size of their own, the second make a file that is no PDF/A.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from weasyprint.text.ffi import ffi, fontconfig, harfbuzz, pango

from compliance.proof.press.fallback_font import is_drawn

KEPT_AWAY = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include>{}</include>
  <selectfont>
    <rejectfont><pattern><patelt name="color"><bool>true</bool></patelt></pattern></rejectfont>
    <rejectfont><pattern><patelt name="outline"><bool>false</bool></patelt></pattern></rejectfont>
    <rejectfont><pattern><patelt name="fontformat"><string>Type 1</string></patelt></pattern></rejectfont>
  </selectfont>
</fontconfig>
"""
"""The configuration of the machine, less what no report may use."""

ffi.cdef("""
    typedef struct _FcCharSet FcCharSet;
    FcResult FcPatternGetCharSet (FcPattern *, const char *, int, FcCharSet **);
    FcBool FcCharSetHasChar (const FcCharSet *, unsigned int);
    int FcGetVersion (void);
    const char *hb_version_string (void);
""")


def keep_away(folder: Path) -> None:
    """Let this process and its forks use none of the fonts that no report may use."""
    config = _config()
    files = fontconfig.FcConfigGetConfigFiles(config)
    main = ffi.string(fontconfig.FcStrListNext(files)).decode()
    path = folder / "fonts.conf"
    path.write_text(KEPT_AWAY.format(main))
    os.environ["FONTCONFIG_FILE"] = str(path)


def lacking(characters: Iterable[str], known: set[int]) -> list[int]:
    """Code points in order that neither ``known`` nor a font of the machine has."""
    wanted = {ord(character) for character in characters if is_drawn(character)} - known
    config = _config()
    fonts = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    charset = ffi.new("FcCharSet **")
    for at in range(fonts.nfont):
        if fontconfig.FcPatternGetCharSet(fonts.fonts[at], b"charset", 0, charset) == 0:
            wanted -= {c for c in wanted if fontconfig.FcCharSetHasChar(charset[0], c)}
    return sorted(wanted)


def installed() -> list[str]:
    """Each font of the machine that a report may use: its file's name and size."""
    config = _config()
    fonts = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    name, found = ffi.new("FcChar8 **"), set[str]()
    for at in range(fonts.nfont):
        if fontconfig.FcPatternGetString(fonts.fonts[at], b"file", 0, name) == 0:
            path = Path(os.fsdecode(ffi.string(ffi.cast("char *", name[0]))))
            found.add(f"{path.name} {path.stat().st_size if path.exists() else 0}")
    return sorted(found)


def drawn_by() -> list[str]:
    """The versions of the machine's libraries that cut lines and draw letters."""
    shaper = ffi.string(harfbuzz.hb_version_string()).decode()
    return [f"{pango.pango_version()}", shaper, f"{fontconfig.FcGetVersion()}"]


def _config() -> Any:
    return ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)

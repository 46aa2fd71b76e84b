"""Reading a folder of seeds: every fault of every file, or the whole library."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from compliance.interchange import places
from compliance.interchange.bundle.about import About
from compliance.interchange.bundle.crosswalk import Crosswalk
from compliance.interchange.bundle.head import Head
from compliance.interchange.bundle.law import Law, Themes
from compliance.interchange.bundle.question import SectionPart
from compliance.interchange.bundle.words import Part
from compliance.interchange.telling import named, reason_of

SHOWN = 50
PARTS = {"demo", "law", "schema"}
FILES = {"themes.yaml", "crosswalk.yaml", "about.yaml"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which file, and where in it."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.reason[:400]}"


class BadSeeds(Exception):  # noqa: N818 (not an error of the program)
    """Seeds that cannot be loaded; ``faults`` has all of them, the text the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        lines = [str(fault) for fault in faults[:SHOWN]]
        if len(faults) > SHOWN:
            lines.append(f"and {len(faults) - SHOWN} more")
        super().__init__("\n".join(lines))


@dataclass(slots=True)
class Source[Shape: Part]:
    """One file: its name, its places, and its content once it has the right shape."""

    file: str
    read: places.Read
    content: Shape

    def fault(self, path: places.Path, reason: str) -> Fault:
        """A fault at a place, with the keys on the way named."""
        where, known = named(self.read.value, path)
        said = f"{where}: {reason}" if where else reason
        return Fault(self.file, self.read.line(known), said)


@dataclass(slots=True)
class ChecklistFiles:
    """The files of one checklist."""

    folder: str
    head: Source[Head]
    sections: list[Source[SectionPart]] = field(default_factory=list)
    coverage: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Seeds:
    """A folder of seeds, file by file. ``faults`` grows while it is read."""

    themes: Source[Themes] | None = None
    laws: list[Source[Law]] = field(default_factory=list)
    checklists: list[ChecklistFiles] = field(default_factory=list)
    crosswalk: Source[Crosswalk] | None = None
    about: Source[About] | None = None
    faults: list[Fault] = field(default_factory=list)


def read_folder(folder: Path) -> Seeds:
    """Every file of a folder, with the faults that each has by itself."""
    seeds = Seeds()
    if not folder.is_dir():
        seeds.faults.append(Fault(str(folder), None, "is no folder"))
        return seeds
    seeds.themes = _file(seeds, folder, folder / "themes.yaml", Themes)
    for path in sorted(folder.glob("law/*.yaml")):
        if law := _file(seeds, folder, path, Law):
            seeds.laws.append(law)
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in PARTS and not path.name.startswith("."):
            _checklist(seeds, folder, path)
        elif path.suffix in {".yaml", ".yml"} and path.name not in FILES:
            seeds.faults.append(Fault(path.name, None, "is no part of the format"))
    seeds.crosswalk = _optional(seeds, folder, "crosswalk.yaml", Crosswalk)
    seeds.about = _optional(seeds, folder, "about.yaml", About)
    return seeds


def _optional[Shape: Part](
    seeds: Seeds, root: Path, name: str, shape: type[Shape]
) -> Source[Shape] | None:
    path = root / name
    return _file(seeds, root, path, shape) if path.exists() else None


def _checklist(seeds: Seeds, root: Path, folder: Path) -> None:
    head = _file(seeds, root, folder / "checklist.yaml", Head)
    sections = []
    for path in sorted(folder.iterdir()):
        if path.name in {"checklist.yaml", "coverage.txt"}:
            continue
        if path.suffix != ".yaml" or not path.name[:2].isdigit():
            name = path.relative_to(root).as_posix()
            seeds.faults.append(Fault(name, None, "is no part of a checklist"))
        elif section := _file(seeds, root, path, SectionPart):
            sections.append(section)
    if head:
        lines = _coverage(seeds, root, folder / "coverage.txt")
        seeds.checklists.append(ChecklistFiles(folder.name, head, sections, lines))


def _coverage(seeds: Seeds, root: Path, path: Path) -> list[tuple[int, str]]:
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        name = path.relative_to(root).as_posix()
        seeds.faults.append(Fault(name, None, "is not UTF-8 text"))
        return []
    return [(no, line.strip()) for no, line in enumerate(lines, 1) if line.strip()]


def _file[Shape: Part](
    seeds: Seeds, root: Path, path: Path, shape: type[Shape]
) -> Source[Shape] | None:
    name = path.relative_to(root).as_posix()
    try:
        found = places.read(path.read_bytes())
    except OSError as fault:
        reason = (
            "is missing" if isinstance(fault, FileNotFoundError) else "cannot be read"
        )
        seeds.faults.append(Fault(name, None, reason))
        return None
    except places.UnreadableError as fault:
        seeds.faults.append(Fault(name, fault.line, str(fault)))
        return None
    source = Source(name, found, cast("Shape", None))
    try:
        source.content = shape.model_validate(found.value)
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_input=False)
        seeds.faults.extend(
            source.fault(error["loc"], reason_of(error)) for error in errors
        )
        return None
    return source

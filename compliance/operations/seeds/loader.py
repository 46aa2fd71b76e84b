"""Reading a folder of seeds: every fault of every file, or the whole library."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from compliance.content.checklist_schema import places
from compliance.content.checklist_schema.about import About
from compliance.content.checklist_schema.applicability import Organisations, plain
from compliance.content.checklist_schema.crosswalk import Crosswalk
from compliance.content.checklist_schema.fault_places import named, reason_of
from compliance.content.checklist_schema.framework import FrameworkPart
from compliance.content.checklist_schema.head import Head
from compliance.content.checklist_schema.law import Law, Themes
from compliance.content.checklist_schema.question import SectionPart
from compliance.content.checklist_schema.words import RENAMED, Part

SHOWN = 50
PARTS = {"demo", "frameworks", "law", "schema"}
OWN = {"checklist.yaml", "coverage.txt", "organisations.yaml"}
FILES = {"themes.yaml", "crosswalk.yaml", "about.yaml"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: words, file, and the place in it."""

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
    """The files of one edition of a checklist; ``older`` ones have their own folders."""

    folder: str
    head: Source[Head]
    sections: list[Source[SectionPart]] = field(default_factory=list)
    coverage: list[tuple[int, str]] = field(default_factory=list)
    organisations: Source[Organisations] | None = None
    older: list["ChecklistFiles"] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The edition as ``checklists.content`` describes it."""
        found = self.head.content.document()
        if self.organisations:
            rows = [plain(one) for one in self.organisations.content.organisations]
            found["edition"]["organisations"] = rows
        sections = [source.content.document() for source in self.sections]
        return found | {"sections": sections}

    def fault(self, path: places.Path, reason: str) -> Fault:
        """A fault at a place of the document, in the file that has it."""
        if path[:2] == ("edition", "organisations") and self.organisations:
            return self.organisations.fault(path[1:], reason)
        if path[0] == "sections":
            source = self.sections[cast("int", path[1])]
            words = {new: old for old, new in RENAMED.items()}
            steps = [words.get(s, s) if isinstance(s, str) else s for s in path[2:]]
            return source.fault(tuple(steps), reason)
        return self.head.fault(path[path[:1] == ("edition",) :], reason)


@dataclass(slots=True)
class Seeds:
    """A folder of seeds, file by file. ``faults`` grows while it is read."""

    themes: Source[Themes] | None = None
    laws: list[Source[Law]] = field(default_factory=list)
    checklists: list[ChecklistFiles] = field(default_factory=list)
    crosswalk: Source[Crosswalk] | None = None
    about: Source[About] | None = None
    frameworks: list[Source[FrameworkPart]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_folder(folder: Path) -> Seeds:
    """Every file of a folder, with the faults that each has by itself."""
    seeds = Seeds()
    if not folder.is_dir():
        seeds.faults.append(Fault(str(folder), None, "is not a folder"))
        return seeds
    seeds.themes = _file(seeds, folder, folder / "themes.yaml", Themes)
    for path in sorted(folder.glob("law/*.yaml")):
        if law := _file(seeds, folder, path, Law):
            seeds.laws.append(law)
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in PARTS and not path.name.startswith("."):
            _checklist(seeds, folder, path)
        elif path.suffix in {".yaml", ".yml"} and path.name not in FILES:
            seeds.faults.append(Fault(path.name, None, "is not part of the format"))
    found = (_file(seeds, folder, path, FrameworkPart) for path in sorted(folder.glob("frameworks/*.yaml")))
    seeds.frameworks = [framework for framework in found if framework]
    seeds.crosswalk = _optional(seeds, folder, "crosswalk.yaml", Crosswalk)
    seeds.about = _optional(seeds, folder, "about.yaml", About)
    return seeds


def _optional[Shape: Part](seeds: Seeds, root: Path, name: str, shape: type[Shape]) -> Source[Shape] | None:
    path = root / name
    return _file(seeds, root, path, shape) if path.exists() else None


def _checklist(seeds: Seeds, root: Path, folder: Path) -> None:
    if found := _edition(seeds, root, folder):
        seeds.checklists.append(found)
        for path in sorted(folder.glob("editions/*"), key=_number):
            if older := _edition(seeds, root, path):
                found.older.append(older)


def _number(path: Path) -> tuple[list[int], str]:
    """A key that sorts the edition 2026.10 behind 2026.9."""
    return [int(part) for part in path.name.split(".") if part.isdigit()], path.name


def _edition(seeds: Seeds, root: Path, folder: Path) -> ChecklistFiles | None:
    head = _file(seeds, root, folder / "checklist.yaml", Head)
    sections = []
    for path in sorted(folder.iterdir()):
        if path.name in OWN or (path.is_dir() and path.name == "editions"):
            continue
        if path.suffix != ".yaml" or not path.name[:2].isdigit():
            name = path.relative_to(root).as_posix()
            seeds.faults.append(Fault(name, None, "is not part of a checklist"))
        elif section := _file(seeds, root, path, SectionPart):
            sections.append(section)
    organisations = None
    if (folder / "organisations.yaml").exists():
        path = folder / "organisations.yaml"
        organisations = _file(seeds, root, path, Organisations)
    lines = _coverage(seeds, root, folder / "coverage.txt")
    name = folder.relative_to(root).as_posix()
    if head is None:
        return None
    return ChecklistFiles(name, head, sections, lines, organisations)


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


def _file[Shape: Part](seeds: Seeds, root: Path, path: Path, shape: type[Shape]) -> Source[Shape] | None:
    name = path.relative_to(root).as_posix()
    try:
        found = places.read(path.read_bytes())
    except OSError as fault:
        reason = "is missing" if isinstance(fault, FileNotFoundError) else "cannot be read"
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
        seeds.faults.extend(source.fault(error["loc"], reason_of(error)) for error in errors)
        return None
    return source

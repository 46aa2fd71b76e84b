"""The house stays as tidy as it was found: one small test per rule."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from django.template.utils import get_app_template_dirs

from tests.support.needs import NEEDS
from tests.support.postgres import EVERY_ROLE, files, left_out

ROOT = Path(__file__).parent.parent
CODE = sorted((ROOT / "compliance").rglob("*.py"))
MODULES = [path for path in CODE if "migrations" not in path.parts]
VIEWS = [path for path in MODULES if path.stem == "views" or path.parent.stem == "views"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = [p for p in (ROOT / "static").rglob("*.js") if "vendor" not in p.parts]
STYLES = sorted((ROOT / "static").rglob("*.css"))

OPEN_VIEWS = {
    "front",
    "create",
    "sign_out",
    "csrf_failure",
    "invited",
    "invitation",
    "security",
    "password_change",
    "app_new",
    "healthz",
    "readyz",
    "metrics",
    "app_remove",
    "codes_new",
    "signed_by_me",
    "address_confirm",
    "session_end",
    "sessions_end",
    "console",
    "own_end",
    "passkey_new",
    "passkey_add",
    "passkey_ask",
    "passkey",
    "passkey_remove",
    "find",
    "enter",
    "callback",
    "answer",
} | {
    "verify",
    "certificate",
    "shared",
    "shared_page",
    "feed",
    "stop",
    "receipt",
    "receipt_file",
}
"""Views without a permission: for anybody, or for whoever is signed in."""

EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "base"}
FOUND_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
FOUND_BY_ALLAUTH = {"429.html"}
FOUND_BY_MAIL = {"mail/digest.html"}


def here(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return len(path.read_text().splitlines())


def hits(pattern, paths):
    """ "file:line: what was found" for every match."""
    found = re.compile(pattern, re.IGNORECASE)
    return [
        f"{here(path)}:{number}: {match[0]}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := found.search(line))
    ]


def seed_words():
    """Keys and names of the themes, checklists and laws that are data."""
    seeds = ROOT / "seeds"
    themes = yaml.safe_load((seeds / "themes.yaml").read_text())["themes"]
    words = {theme[field] for theme in themes for field in ("key", "name")}
    for path in seeds.glob("*/checklist.yaml"):
        checklist = yaml.safe_load(path.read_text())
        words |= {checklist["key"], checklist["title"], path.parent.name}
    for path in (seeds / "law").glob("*.yaml"):
        instrument = yaml.safe_load(path.read_text())["instrument"]
        words |= {instrument["key"], instrument["name"]}
    return words | {"GDPR", "AI Act", "data sovereignty", "zero trust"}


def functions(path):
    tree = ast.parse(path.read_text())
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def is_view(node):
    gives = ast.unparse(node.returns) if node.returns else ""
    return "Response" in gives and not node.name.startswith("_")


def names_permission(node):
    return any(
        ast.unparse(decorator).startswith("member_required(Permission.") for decorator in node.decorator_list
    )


def test_each_view_names_a_permission():
    nameless = {
        node.name
        for path in VIEWS
        for node in functions(path)
        if is_view(node) and not names_permission(node)
    }
    assert nameless == OPEN_VIEWS


def test_each_view_says_its_methods_before_its_permission():
    wrong = [
        f"{here(path)}: {node.name}"
        for path in VIEWS
        for node in functions(path)
        if names_permission(node) and not ast.unparse(node.decorator_list[0]).startswith("require_")
    ]
    assert wrong == []


def test_views_reach_rows_from_their_organisation():
    assert hits(r"\.objects\b", VIEWS) == []


def test_marks_that_scripts_rely_on_are_in_templates():
    types = (ROOT / "tests/node/page.d.ts").read_text()
    table = re.compile(r"^interface (Marks|Ids) {\n(.*?)^}", re.M | re.S)
    names = {kind: re.findall(r'^  "?([\w-]+)"?:', body, re.M) for kind, body in table.findall(types)}
    pages = "\n".join(path.read_text() for path in TEMPLATES)
    attributes = set(re.findall(r"(?<![\w-])[a-z-]+", pages))
    ids = set(re.findall(r'\bid="([^"{]+)"', pages))
    assert set(names["Marks"]) - attributes == set()
    assert set(names["Ids"]) - ids == set()
    assert len(names["Marks"]) > 30


def test_every_template_is_used():
    sources = "\n".join(path.read_text() for path in (*CODE, *TEMPLATES))
    quoted = set(re.findall(r"""["']([\w./-]+\.html)[#"']""", sources))
    library = [
        Path(folder)
        for folder in get_app_template_dirs("templates")
        if ROOT / "compliance" not in Path(folder).parents
    ]
    unused = [
        name
        for path in TEMPLATES
        if (name := str(path.relative_to(ROOT / "templates"))) not in quoted
        and name not in FOUND_BY_DJANGO | FOUND_BY_ALLAUTH | FOUND_BY_MAIL
        and not any((folder / name).exists() for folder in library)
    ]
    assert unused == []


def test_a_checklist_is_data():
    """No theme, checklist or law is named in code, templates, styles or scripts."""
    words = sorted(re.escape(word) for word in seed_words())
    pattern = r"(?<![\w-])(" + "|".join(words) + r")(?![\w-])"
    assert hits(pattern, [*CODE, *TEMPLATES, *STYLES, *SCRIPTS]) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\sstyle\s*=",
        r"<style",
        r"\son[a-z]{3,}\s*=",
        r"\shx-on",
        r"js:",
        r"javascript:",
        r"\|\s*safe\b",
        r"\|\s*safeseq\b",
        r"autoescape\s+off",
        r"<script(?![^>]*\ssrc=)",
        r"hx-trigger=\"[^\"]*\[",
    ],
)
def test_templates_hold_nothing_inline(pattern):
    assert hits(pattern, TEMPLATES) == []


def test_text_to_be_edited_keeps_its_first_line_end():
    """A browser drops a line end right behind the tag, and would send a text without."""
    areas = re.compile(r"<textarea((?:\{[{%].*?[%}]\}|[^>{])*)>(.?)", re.DOTALL)
    for path in TEMPLATES:
        for attributes, first in areas.findall(path.read_text()):
            is_shown_only = re.search(r"\breadonly\b(?!{% endif)", attributes)
            assert first in "\n<" or is_shown_only, f"{path.name}: {attributes}"


def test_mails_hold_no_markup_switches():
    mails = sorted((ROOT / "templates").rglob("*.txt"))
    assert hits(r"autoescape|\|\s*safe", mails) == []


def test_code_marks_nothing_as_safe():
    """But the one function that has an allowlist in it."""
    pattern = r"mark_safe\(|SafeString\(|__html__"
    found = hits(pattern, MODULES)
    assert [hit.partition(":")[0] for hit in found] == ["compliance/ground/web/markdown.py"]


def test_scripts_need_no_eval():
    assert hits(r"\beval\(|new Function|document\.write", SCRIPTS) == []


def test_nothing_is_loaded_from_elsewhere():
    pattern = r"(src|href)=\"(https?:)?//|url\(\s*[\"']?(https?:|//)|@import"
    assert hits(pattern, [*TEMPLATES, *STYLES, *SCRIPTS]) == []


def test_screen_styles_hold_no_data_images():
    """The policy blocks them; in a PDF they are the only way."""
    screen = [path for path in STYLES if path.stem != "report"]
    assert hits(r"url\(\s*[\"']?data:", screen) == []


def test_every_setting_is_documented():
    settings = (ROOT / "compliance" / "settings.py").read_text()
    names = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings))
    page = (ROOT / "docs" / "settings.md").read_text()
    known = set(re.findall(r"\bATTEST_([A-Z_]+)\b", page))
    assert (len(names) > 15, names ^ known) == (True, set())


def test_every_command_is_documented():
    folder = ROOT / "compliance" / "management" / "commands"
    names = {path.stem for path in folder.glob("[a-z]*.py")}
    page = (ROOT / "docs" / "commands.md").read_text()
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line[:3] == "| `")
    known = set(re.findall(r"`(\w+)", rows))
    # "test" is a word of manage.py itself
    assert (len(names) > 15, names ^ known) == (True, {"test"})


def test_documents_link_to_files_that_exist():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    pages += [ROOT / "compliance" / "README.md", ROOT / "seeds" / "README.md"]
    dead = [
        f"{here(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert (len(pages) > 40, dead) == (True, [])


def test_documents_name_files_that_exist():
    """Those in backticks; the decisions keep the names of their day, ``upstream`` those of elsewhere."""
    folders = (ROOT / name for name in ("bench", "compliance", "docs", "static", "templates", "tests"))
    files = [str(path) for folder in folders for path in folder.rglob("*.*")] + [str(ROOT / "manage.py")]
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "compliance").glob("*/README.md")]
    names = [
        (here(p), name) for p in pages for name in re.findall(r"`([\w./-]+\.(?:py|html|js))\b", p.read_text())
    ]
    gone = [at for at in names if not any(path.endswith(f"/{at[1]}") for path in files)]
    assert (len(names) > 150, gone) == (True, [])


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("0*.md")]
    assert sorted(numbers) == sorted(set(numbers))


def test_every_migration_has_a_name():
    folder = ROOT / "compliance" / "migrations"
    names = [path.stem for path in folder.glob("[0-9]*.py")]
    assert [n for n in names if not re.fullmatch(r"\d{4}_(?!auto)[a-z0-9_]+", n)] == []


def test_migrations_hold_values_and_no_words_of_the_code():
    """An enumeration may move or change later; the migration that ran must not."""
    found = hits(
        r"compliance\.(?!ground\.web\.text)\w+\.",
        (ROOT / "compliance" / "migrations").glob("[0-9]*.py"),
    )
    assert found == []


def test_each_check_has_an_id_of_its_own():
    """Silencing one (SILENCED_SYSTEM_CHECKS) silences no other."""
    found = [re.findall(r'id="(attest\.[EW]\d{3})"', path.read_text()) for path in MODULES]
    ids = [(name, at) for at, some in enumerate(found) for name in set(some)]
    assert len(ids) > 5
    assert len({name for name, _ in ids}) == len(ids)


def test_no_module_has_an_empty_name():
    assert [here(path) for path in MODULES if path.stem in EMPTY_NAMES] == []


FLOORS = sorted((ROOT / "compliance").glob("*/README.md"))
ROOMS = sorted(
    path.parent for path in (ROOT / "compliance").glob("*/*/__init__.py") if "migrations" not in path.parts
)


def test_readme_of_each_floor_names_its_rooms():
    """And a room is nowhere else than on a floor."""
    floors = {path.parent for path in FLOORS}
    rooms = {room for room in ROOMS if room.parent.name != "management"}
    nameless = [
        here(room) for room in rooms if f"`{room.name}`" not in (room.parent / "README.md").read_text()
    ]
    assert (len(rooms) > 60, nameless) == (True, [])
    assert {room.parent for room in rooms} == floors


@cache
def listed(package):
    """The door of a package: what its ``__init__`` lists in ``__all__``."""
    for node in ast.parse((package / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_rooms_open_with_a_docstring_and_their_door():
    """``__init__`` of a room says what it is for and what others may import; no more."""
    talkative = [
        here(path)
        for path in [
            *(ROOT / "compliance").glob("*/__init__.py"),
            *(ROOT / "compliance").glob("*/*/__init__.py"),
        ]
        if any(
            not isinstance(node, ast.Expr) and not ast.unparse(node).startswith("__all__ = [")
            for node in ast.parse(path.read_text()).body
        )
    ]
    assert talkative == []


@cache
def entered():
    """Every import from another room: the module that imports, and the path it takes."""
    return list(entries())


def entries():
    for path in MODULES:
        own = path.relative_to(ROOT / "compliance").parts
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            first, *rest = node.module.split(".")
            for name in node.names:
                way = [*rest, name.name]
                if first == "compliance" and len(own) > 1 and tuple(way[:2]) != own[:2]:
                    yield here(path), way


def past_doors(way):
    """The packages on the way whose door does not list the next step."""
    package = ROOT / "compliance" / way[0]
    for step, after in pairwise(way[1:]):
        package /= step
        if not package.is_dir():
            return
        if after not in listed(package):
            yield f"{after} of {here(package)}"


def test_rooms_are_entered_by_their_doors():
    """The names that others may import are listed: modules by a room, names by a package in it."""
    found = [f"{at}: {past}" for at, way in entered() if way[2:] for past in past_doors(way)]
    assert found == []


def test_each_door_is_used():
    used = {tuple(way[:3]) for _, way in entered()}
    idle = [
        f"{name} of {here(room)}"
        for room in ROOMS
        for name in sorted(listed(room))
        if (*room.relative_to(ROOT / "compliance").parts, name) not in used
    ]
    assert idle == []


def test_private_names_stay_in_their_room():
    assert [at for at, way in entered() if way[-1].startswith("_")] == []


def test_views_import_no_views():
    """Code that two pages share stands in ``pages.py``, where both look."""
    found = hits(r"^from compliance\.\w+\.\w+\.views", VIEWS)
    assert found == []


def test_test_folders_are_no_packages():
    assert [here(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_rows_are_written_in_the_writers_block_only():
    """``audit/transaction.py`` has it; what is named here writes no rows of the trail."""
    beside = {
        "compliance/ground/web/mail.py": "the queue of mails lies below the trail",
        "compliance/ground/web/triggers.py": "makes triggers, as migrations do",
        "compliance/work/search/indexing.py": "makes the search index, as migrations do",
        "compliance/work/snapshots/snapshot.py": "reads many tables as of one moment",
        "compliance/operations/closing/deletion.py": "rows go with the events that made them",
        "compliance/operations/samples/throwing.py": "a sample goes with the events that made it",
        "compliance/operations/backups/restore.py": "rows come with the events that made them",
    }
    found = {
        here(path) for path in MODULES if re.search(r"\btransaction\.atomic\b|\bin_turn\b", path.read_text())
    }
    own = {
        "compliance/proof/audit/transaction.py",
        "compliance/proof/audit/trail.py",
        "compliance/ground/web/sqlite_lock.py",
    }
    assert found == own | set(beside)


def test_modules_that_postgresql_leaves_out_are_there():
    named = left_out() | files(EVERY_ROLE)
    assert [here(path) for path in named if not path.exists()] == []


def test_needs_of_tests_are_named_in_one_place_and_in_the_readme():
    own = {"needs.py", "test_house.py", "test_bootstrap.py", "test_file_moving.py"}
    own.add("test_documented_settings.py")  # it pretends that Celery is here
    tests = [p for p in (ROOT / "tests").rglob("*.py") if p.name not in own]
    bare = hits(r"\bwhich\(|importorskip|find_spec\b|map\(shutil\.which", tests)
    assert bare == []
    readme = (ROOT / "README.md").read_text()
    for _, sentence in NEEDS.values():
        packages = sentence.removeprefix("Without ").split(" no", 1)[0].split()
        assert [p for p in packages if "-" in p and p not in readme] == []

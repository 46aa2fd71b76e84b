"""Files inside the report: associated, named in order, and the same bytes each time."""

import pikepdf
import pytest

from compliance.proof.press.api import RenderError
from tests.proof.press.printing import render

pytestmark = pytest.mark.slow

PAGE = (
    '<html lang="en"><title>x</title><meta name="dcterms.modified"'
    ' content="2026-12-22T10:05:00Z"><h2>One</h2><p lang="de">Zwei</p>'
)


def file(tmp_path, name, data, mime, relationship="Data"):
    path = tmp_path / f"source-{len(list(tmp_path.iterdir()))}"
    path.write_bytes(data)
    return {
        "name": name,
        "mime": mime,
        "relationship": relationship,
        "description": f"What {name} is",
        "path": str(path),
    }


@pytest.fixture
def files(tmp_path):
    return [
        file(tmp_path, "bundle.json", b'{"a": 1}', "application/json", "Source"),
        file(tmp_path, "answers.csv", b"a,b\n", "text/csv"),
    ]


def make(path, files):
    render([PAGE], "", path, lambda step, percent: None, files)
    return path


def test_files_are_associated_with_the_document(tmp_path, files):
    with pikepdf.open(make(tmp_path / "x.pdf", files)) as pdf:
        assert list(pdf.attachments) == ["answers.csv", "bundle.json"]
        names = [str(name) for name in pdf.Root.Names.EmbeddedFiles.Names[::2]]
        assert names == ["answers.csv", "bundle.json"]
        associated = {str(spec.UF): str(spec.AFRelationship) for spec in pdf.Root.AF}
        assert associated == {"answers.csv": "/Data", "bundle.json": "/Source"}
        bundle = pdf.attachments["bundle.json"].get_file()
        assert bundle.read_bytes() == b'{"a": 1}'
        assert bundle.mime_type == "application/json"
        assert str(bundle.obj.Params.ModDate).startswith("D:20261222100500")


def test_same_files_give_same_bytes_in_any_order(tmp_path, files):
    one = make(tmp_path / "one.pdf", files).read_bytes()
    assert make(tmp_path / "two.pdf", files[::-1]).read_bytes() == one


def test_other_file_gives_other_bytes(tmp_path, files):
    one = make(tmp_path / "one.pdf", files).read_bytes()
    other = [file(tmp_path, "bundle.json", b"{}", "application/json"), files[1]]
    assert make(tmp_path / "two.pdf", other).read_bytes() != one


@pytest.mark.parametrize("name", ["../x", "a\nb", "b\u00fcndel", 'a"b', "bundle.json"])
def test_names_that_are_no_plain_ones_or_come_twice_are_refused(tmp_path, files, name):
    files.append(file(tmp_path, name, b"", "text/plain"))
    with pytest.raises(RenderError):
        make(tmp_path / "x.pdf", files)


def test_language_of_a_part_is_marked(tmp_path):
    with pikepdf.open(make(tmp_path / "x.pdf", [])) as pdf:
        languages = [
            str(item.Lang) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Lang" in item
        ]
    assert sorted(languages) == ["de", "en"]

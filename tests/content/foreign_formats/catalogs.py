"""OSCAL catalogs, CISO Assistant libraries, PIA structures and ASVS files, made up."""

import uuid

import yaml

from tests.content.foreign_formats.varied import WITHDRAWN, vary

SAID = "The organisation keeps the list of what it runs, and looks at it each quarter."


def control(family, number, depth=0):
    """A control with parameters, properties, links, parts and controls within it."""
    cid = f"{family}-{number}" if not depth else f"{family}-{number}.{depth}"
    found = {
        "id": cid,
        "class": "control",
        "title": f"Duty {number} of family {family}",
        "params": [
            {
                "id": f"{cid}_prm_1",
                "label": "how often",
                "guidelines": [{"prose": "Days."}],
            },
            {
                "id": f"{cid}_prm_2",
                "select": {"how-many": "one", "choice": ["all", "some of them"]},
            },
        ],
        "props": [
            {"name": "label", "value": cid.upper()},
            {"name": "sort-id", "value": f"{family}-{number:03}"},
        ],
        "links": [{"href": "#r1", "rel": "reference", "text": "A *source*"}],
        "parts": [
            {
                "id": f"{cid}_smt",
                "name": "statement",
                "prose": f"{SAID} {{{{ insert: param, {cid}_prm_1 }}}}",
                "parts": [
                    {
                        "id": f"{cid}_smt.{mark}",
                        "name": "item",
                        "props": [{"name": "label", "value": f"{mark}."}],
                        "prose": f"Keep {mark}, {{{{ insert: param, {cid}_prm_2 }}}};",
                        "parts": [
                            {
                                "id": f"{cid}_smt.{mark}.1",
                                "name": "item",
                                "props": [{"name": "label", "value": "1."}],
                                "prose": f"and the first of {mark}.",
                            }
                        ],
                    }
                    for mark in "ab"
                ],
            },
            {
                "id": f"{cid}_gdn",
                "name": "guidance",
                "prose": "Begin with what is known.",
            },
            {
                "id": f"{cid}_obj",
                "name": "assessment-objective",
                "parts": [
                    {
                        "id": f"{cid}_obj.a",
                        "name": "assessment-objective",
                        "props": [{"name": "label", "value": "OBJ-a"}],
                        "prose": "The list is there;",
                    }
                ],
            },
            {
                "name": "assessment-method",
                "props": [{"name": "method", "value": "EXAMINE"}],
                "parts": [{"name": "assessment-objects", "prose": "List\n\nMinutes\n\nLog"}],
            },
        ],
    }
    if not depth and number % 5 == 0:
        found["controls"] = [control(family, number, deeper) for deeper in (1, 2)]
    if number % 20 == 0 and not depth:
        found["props"].append(dict(WITHDRAWN))  # its first enhancement lives on
        found["controls"][1]["props"].append(dict(WITHDRAWN))
    vary(found, family, number + depth)
    return found


def make_catalog(families=21, controls=40):
    """A catalog; every second family is a group within a group."""
    groups = []
    for at in range(families):
        family = f"f{at}"
        group = {
            "id": family,
            "class": "family",
            "title": f"Family {at}",
            "params": [{"id": f"{family}_grp", "label": f"whom family {at} binds"}],
            "parts": [{"name": "overview", "prose": f"What family {at} is about."}],
            "controls": [control(family, number) for number in range(1, controls + 1)],
        }
        if at % 2:
            outer = {
                "id": f"{family}-all",
                "title": f"Group of {at}",
                "params": group.pop("params"),
                "props": [{"name": "label", "value": f"G{at}", "class": "outer"}],
                "groups": [group],
            }
            group = outer
        groups.append(group)
    return {
        "catalog": {
            "uuid": str(uuid.UUID(int=7, version=4)),
            "metadata": {
                "title": "A catalog of duties",
                "published": "2026-01-02T00:00:00Z",
                "last-modified": "2026-03-04T05:06:07Z",
                "version": "5.2",
                "oscal-version": "1.1.3",
                "props": [{"name": "keywords", "value": "duty, list"}],
                "links": [{"href": "profile.json", "rel": "source-profile"}],
                "roles": [{"id": "creator", "title": "Maker"}],
                "parties": [
                    {
                        "uuid": str(uuid.UUID(int=8, version=4)),
                        "type": "organization",
                        "name": "Makers",
                        "email-addresses": ["a@e.eu"],
                    }
                ],
                "responsible-parties": [
                    {
                        "role-id": "creator",
                        "party-uuids": [str(uuid.UUID(int=8, version=4))],
                    }
                ],
            },
            "params": [{"id": "whole", "label": "for all"}],
            "groups": groups,
            "back-matter": {
                "resources": [
                    {
                        "uuid": str(uuid.UUID(int=9, version=4)),
                        "title": "A source",
                        "citation": {"text": "Somebody, *A source*, 2026."},
                        "rlinks": [
                            {
                                "href": "https://e.eu/source.pdf",
                                "media-type": "application/pdf",
                                "hashes": [{"algorithm": "SHA-256", "value": "0" * 64}],
                            }
                        ],
                    }
                ]
            },
        }
    }


def all_controls(holder):
    """Every control of a catalog, in order."""
    for one in holder.get("controls", []):
        yield one
        yield from all_controls(one)
    for group in holder.get("groups", []):
        yield from all_controls(group)


URN = "urn:made:risk"


def node(ref_id, parent="", **fields):
    values = {
        "urn": f"{URN}:req_node:made:{ref_id}",
        "ref_id": ref_id,
        "depth": ref_id.count(".") + 1,
        "assessable": True,
        "name": f"Point {ref_id}",
        "description": f"What point {ref_id} asks for.",
    }
    if parent:
        values["parent_urn"] = f"{URN}:req_node:made:{parent}"
    return values | fields


def asked(number, kind="unique_choice", **fields):
    """A question of a node, by its urn."""
    urn = f"{URN}:question:made:{number}"
    choices = [
        {
            "urn": f"{urn}:choice:1",
            "value": "Yes",
            "add_score": 10,
            "compute_result": "true",
            "translations": {"de": {"value": "Ja"}},
        },
        {"urn": f"{urn}:choice:2", "value": "No", "compute_result": "false"},
        {"urn": f"{urn}:choice:3", "value": "In part", "color": "#fff"},
    ]
    values = {"type": kind, "text": f"Is {number} done?"}
    if "choice" in kind:
        values["choices"] = choices
    return {urn: values | fields}


def make_library(name="made", **objects):
    framework = {
        "urn": f"{URN}:framework:{name}",
        "ref_id": name,
        "name": "A framework, made up",
        "description": "For tests.",
        "translations": {"de": {"name": "Ein Rahmen"}},
        "min_score": 0,
        "max_score": 5,
        "scores_definition": [{"score": 0, "name": "None", "description": "Nothing"}],
        "implementation_groups_definition": [{"ref_id": "B", "name": "Basic"}],
        "requirement_nodes": [
            node("1", assessable=False),
            node("1.1", "1", assessable=False, translations={"de": {"name": "Teil"}}),
            node(
                "1.1.1",
                "1.1",
                annotation="Look at the list.",
                typical_evidence="- List\n- Log",
                implementation_groups=["B"],
                reference_controls=[f"{URN}:control:x"],
                translations={"de": {"name": "Punkt", "description": "Was er fragt."}},
                questions=asked(1)
                | asked(2, "multiple_choice")
                | asked(
                    3,
                    "text",
                    depends_on={
                        "question": f"{URN}:question:made:1",
                        "answers": [f"{URN}:question:made:1:choice:1"],
                        "condition": "any",
                    },
                    translations={"de": {"text": "Ist es getan?"}},
                ),
            ),
            node("1.1.2", "1.1"),
            node("2", assessable=False),
            node("2.1", "2", questions=asked(4, "date") | asked(5, "number")),
        ],
    }
    return {
        "urn": f"{URN}:library:{name}",
        "locale": "en",
        "ref_id": name,
        "name": "A library",
        "description": "Made up.",
        "copyright": "Nobody's",
        "version": 3,
        "publication_date": "2026-02-03",
        "provider": "made",
        "packager": "made",
        "objects": {"framework": framework} | objects,
    }


def make_mapping(relationship="subset", target="other"):
    return {
        "urn": f"{URN}:req_mapping_set:x",
        "source_framework_urn": f"{URN}:framework:made",
        "target_framework_urn": f"{URN}:framework:{target}",
        "requirement_mappings": [
            {
                "source_requirement_urn": f"{URN}:req_node:made:1.1.1",
                "target_requirement_urn": f"{URN}:req_node:made:1.1.2",
                "relationship": relationship,
                "rationale": "semantic",
                "strength_of_relationship": 7,
            }
        ],
    }


def as_yaml(value):
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def make_pia():
    question = {
        "id": 1,
        "title": "Who <b>decides</b>?",
        "short_help": "<p>Name them.</p>",
    }
    return {
        "structure": {
            "name": "Own structure",
            "sector_name": "Shops",
            "created_at": "2026-05-06T00:00:00Z",
            "data": {
                "sections": [
                    {
                        "id": 1,
                        "title": "Context",
                        "short_help": "The whole.",
                        "items": [
                            {
                                "id": 1,
                                "title": "Overview",
                                "evaluation_mode": "item",
                                "short_help": "What it is.",
                                "questions": [
                                    question | {"answer_type": "text"},
                                    question
                                    | {
                                        "id": 2,
                                        "title": "Which data?",
                                        "link_knowledge_base": ["PIA_X"],
                                    },
                                ],
                            },
                            {"id": 2, "title": "Measures", "is_measure": True},
                        ],
                    }
                ]
            },
        }
    }


def make_asvs():
    def leaf(code, **more):
        return {"Shortcode": code, "Ordinal": 1, "Description": f"Check {code}."} | more

    section = {
        "Shortcode": "V1.1",
        "Ordinal": 1,
        "Name": "First",
        "Items": [leaf("V1.1.1", L="1"), leaf("V1.1.2", L="2", CWE=[20])],
    }
    second = {"Shortcode": "V1.2", "Name": "Second", "Items": [leaf("V1.2.1", L="3")]}
    chapter = {"Shortcode": "V1", "Name": "Design", "Items": [section, second]}
    return {
        "Name": "Application checks",
        "ShortName": "ASVS",
        "Version": "5.0.0",
        "Description": "Made up.",
        "Requirements": [chapter],
    }


ASVS_CSV = (
    b"chapter_id,chapter_name,section_id,section_name,req_id,req_description,L\r\n"
    b"V1,Design,V1.1,First,V1.1.1,Check one.,1\r\n"
    b'V1,Design,V1.1,First,V1.1.2,"Check, two.",2\r\n'
    b"V1,Design,V1.2,Second,V1.2.1,'=Check three.,3\r\n"
)

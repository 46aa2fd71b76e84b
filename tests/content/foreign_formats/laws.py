"""A library whose requirements have no number, and whose URNs end alike."""

from tests.content.foreign_formats.catalogs import make_library

URN = "urn:made:risk:req_node:law"
WORDS = ("Keep a list", "Name somebody", "Tell people", "Look again each year")


def law(chapters=4, articles=5):
    """A library whose requirements have no number, and whose URNs end alike."""
    nodes = []
    for chapter in range(1, chapters + 1):
        urn = f"{URN}:chapter-{chapter}"
        nodes.append({"urn": urn, "name": f"Chapter {chapter}", "assessable": False})
        nodes += [
            {
                "urn": f"{urn}:{article}",
                "parent_urn": urn,
                "name": f"Article {article} of {chapter}",
                "description": f"{WORDS[article % 4]}, as {chapter} says.",
                "assessable": True,
                "questions": {
                    f"{urn}:{article}:question:{at}": {
                        "type": "unique_choice",
                        "text": f"{WORDS[at]} ({chapter}.{article})?",
                        "choices": [{"value": "< 10 %"}, {"value": "> 10 %"}],
                    }
                    for at in (1, 2)
                },
            }
            for article in range(1, articles + 1)
        ]
    return make_library("law") | {
        "objects": {
            "framework": {
                "urn": "urn:made:risk:framework:law",
                "name": "A law",
                "requirement_nodes": nodes,
            }
        }
    }

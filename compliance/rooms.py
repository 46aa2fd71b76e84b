"""The rooms of every floor, found by the modules that stand in them."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent


def modules(name: str) -> list[ModuleType]:
    """The modules or packages of that name, one of each room that has it: its ``events``, say."""
    files = sorted([*HERE.glob(f"*/*/{name}.py"), *HERE.glob(f"*/*/{name}/__init__.py")])
    ways = [path.relative_to(HERE).parts for path in files]
    return [import_module(f"compliance.{floor}.{room}.{name}") for floor, room, *_ in ways]

"""The cost of opening a workspace: ``python3 bench/page.py``."""
# ruff: noqa: T201 - a script: it prints

from floor import Caller, seed, table


def main():
    doors = {number: seed(number, 1, 1) for number in (15, 150, 2000)}
    calls = {number: Caller(door) for number, door in doors.items()}
    works = [("floor", lambda: calls[15]("/bench/floor/"), 500)]
    for number, door in doors.items():
        page = calls[number](door["path"])
        name = f"page of {number:,} ({len(page) // 1000} kB)"
        works.append((name, lambda n=number: calls[n](doors[n]["path"]), 10))
    open_row = f"{doors[150]['path']}?open={doors[150]['answers'][70]}"
    works.append(("page of 150 at an open row", lambda: calls[150](open_row), 10))
    print("Opening a workspace, alone in the process")
    table(works)


if __name__ == "__main__":
    main()

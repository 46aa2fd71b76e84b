"""The inside of a process that reads a file: ``python -m compliance.ground.sandbox.child MODULE ...``.

It loads the module, limits its own memory, and calls ``main(arguments)``: a library that
finds no room to load a part would go on without it. An error that the module does not
foresee is a fault of ours: its calls go to standard error, without a word of the file.
"""

import gc
import math
import os
import resource
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module

from compliance.call_stack import with_room
from compliance.ground.sandbox.exit_codes import DONE, FAILED, OVER_MEMORY


@with_room
def run(name: str, most_bytes: str, seconds: str, *arguments: str) -> None:
    """Take on the limits that ``process.py`` sent, and be that module; never returns."""
    log = hushed()
    most_seconds = math.ceil(float(seconds))
    # the signal of the first limit says what it was, the second only kills
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold the file
    warnings.simplefilter("ignore")
    gc.disable()  # code that is loaded stays; looking for rings in it is time lost
    status = DONE
    try:
        module = import_module(name)
        gc.enable()
        resource.setrlimit(resource.RLIMIT_AS, (int(most_bytes), int(most_bytes)))
        module.main(list(arguments))
        sys.stdout.flush()
    except MemoryError:
        status = OVER_MEMORY
    except BaseException as error:
        status = FAILED
        log(error)
    os._exit(status)  # giving back a whole file's values one by one is time lost, too


def hushed() -> Callable[[BaseException], None]:
    """Silence standard error, where libraries may quote what they meet.

    The returned function logs the way to an error all the same.
    """
    trace = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def log(error: BaseException) -> None:
        os.write(trace, "\n".join([*way_to(error), ""]).encode("utf-8", "replace"))

    return log


def way_to(error: BaseException | None) -> Iterator[str]:
    """The kinds of an error and of those behind it, each with its calls, newest last.

    Their messages are left out, since they may quote the file.
    """
    while error:
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        step = error.__traceback__
        while step:
            code = step.tb_frame.f_code
            yield f"  {code.co_filename}, line {step.tb_lineno}, in {code.co_name}"
            step = step.tb_next
        error = error.__cause__ or error.__context__


if __name__ == "__main__":
    run(*sys.argv[1:])

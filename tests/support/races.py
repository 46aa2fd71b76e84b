"""Several people at once, in threads of this process."""

import threading

from django.core.exceptions import ValidationError
from django.db import connection


def at_once(*works, caught=ValidationError):
    """The result of each, or the error of kind ``caught`` that it met."""
    outcomes, gate = [], threading.Barrier(len(works))

    def run(work):
        gate.wait()
        try:
            outcomes.append(work())
        except caught as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes

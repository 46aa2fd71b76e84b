"""Several people at once, in threads of this process."""

import threading

from django.core.exceptions import ValidationError
from django.db import connection


def at_once(*works, caught=ValidationError):
    """What each gave, or the error of kind ``caught`` that it met."""
    told, gate = [], threading.Barrier(len(works))

    def run(work):
        gate.wait()
        try:
            told.append(work())
        except caught as error:
            told.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told

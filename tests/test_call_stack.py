"""Calls find room for their frames: no memory is mapped anew for each of them."""

import resource
import threading

import pytest

from compliance.call_stack import with_room

DEPTHS = range(300)
TIMES = 1000


def leaf(a, b, c, d):
    return a


def called(depth):
    """Calls at each depth below, so that a chunk of 16 KiB ends at some of them."""
    if depth:
        return called(depth - 1)
    for _ in range(TIMES):
        leaf(1, 2, 3, 4)
    return None


def faults():
    """Pages of memory that the kernel had to bring while each depth was called."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for depth in DEPTHS:
        called(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def in_a_thread(function):
    """The result of ``function`` in a thread of its own, whose calls begin at the bottom."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_calls_at_any_depth_bring_no_memory_each_time():
    assert in_a_thread(with_room(faults)) < TIMES / 10


def test_function_keeps_its_name_arguments_and_result():
    @with_room
    def both(one, *, two):
        """Words."""
        return one, two

    assert both(1, two=2) == (1, 2)
    assert (both.__name__, both.__doc__) == ("both", "Words.")
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)()

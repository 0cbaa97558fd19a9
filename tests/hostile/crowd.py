"""Ten thousand idle connections, then those for which there is no room."""

import ssl

from attacks import HEALTH, close_all, connect
from good_clients import receive
from measure import Interval, Result, descriptors_return, finished

CONNECTIONS = 10_000
OF_THEM_TLS = 500
OVER_THE_LIMIT = 300
SECONDS = 0.7
MEMORY_GROWN_MIB = 10


def measure_crowd(target, good, server, limit, pairs):
    """`limit`: the server's max_connections, a little above CONNECTIONS."""
    result = Result(f"{CONNECTIONS} idle connections")
    descriptors, failed = server.descriptors(), good.failed.value
    server.forget_largest_memory()

    def intervals(count):
        return [Interval(good, server, lambda until: None, SECONDS) for _ in range(count)]

    result.quiet = intervals(pairs)
    crowd = []
    try:
        _fill(crowd, target, CONNECTIONS)
        result.attacked = intervals(2 * pairs)
        _check_those_without_room(crowd, target, limit)
        _check_that_they_live(crowd)
        _check_that_memory_is_used_again(crowd, target, server, descriptors)
    except (AssertionError, OSError) as problem:
        result.problems.append(f"{type(problem).__name__}: {problem}")
    finally:
        close_all(crowd)
    result.quiet += intervals(pairs)
    return finished(result, good, server, descriptors, failed)


def _check_that_memory_is_used_again(crowd, target, server, descriptors):
    """What a crowd took is there for the next one, which takes no more."""
    before = server.largest_memory()
    close_all(crowd)
    crowd.clear()
    assert descriptors_return(server, descriptors), "the crowd's descriptors are still open"
    _fill(crowd, target, CONNECTIONS)
    assert server.largest_memory() < before + MEMORY_GROWN_MIB, (
        f"a second crowd made the memory grow from {before:.0f} to {server.largest_memory():.0f} MiB")


def _fill(crowd, target, count):
    """Each asks once, so that it is an idle connection and not one that never spoke."""
    context = ssl.create_default_context(cafile=target.ca_bundle)
    for index in range(count):
        connection = connect(target, source=f"127.0.0.{2 + index % 7}")
        if index < OF_THEM_TLS:
            connection = context.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(HEALTH)
        crowd.append(connection)
        if index % 100 == 99:
            for one in crowd[-100:]:
                assert receive(one).startswith(b"HTTP/1.1 200 ")


def _check_those_without_room(crowd, target, limit):
    """The server takes what it may, and closes the others without a word."""
    refused = 0
    extra = []
    for _ in range(limit - CONNECTIONS + OVER_THE_LIMIT):
        connection = connect(target)
        extra.append(connection)
        try:
            connection.sendall(HEALTH)
            answer = connection.recv(4096)
        except OSError:
            answer = b""
        assert not answer or answer.startswith(b"HTTP/1.1 200 "), answer
        refused += not answer
    crowd += extra
    assert OVER_THE_LIMIT <= refused, f"only {refused} were refused over the limit"
    assert refused < len(extra), "none was taken below the limit"


def _check_that_they_live(crowd):
    for connection in crowd[:CONNECTIONS:97]:
        connection.sendall(HEALTH)
        assert receive(connection).startswith(b"HTTP/1.1 200 ")

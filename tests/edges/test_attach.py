"""Bytes between our standard streams and a session, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PROGRAM = """
import socket, sys
from supervisor.edges.attach import attach
sys.exit(attach(socket.socket(fileno=int(sys.argv[1])), b"first "))
"""


@contextmanager
def attached(stdin: int, stdout: int) -> Iterator[tuple[socket.socket, subprocess.Popen[bytes]]]:
    """The daemon's end of a session that is attached to two descriptors."""
    ours, theirs = socket.socketpair()
    with ours:
        words = [sys.executable, "-c", PROGRAM, str(theirs.fileno())]
        with subprocess.Popen(words, stdin=stdin, stdout=stdout, pass_fds=[theirs.fileno()]) as process:
            theirs.close()
            ours.settimeout(20)
            yield ours, process


def test_what_is_said_arrives_and_the_end_of_either_side_is_passed_on() -> None:
    with attached(subprocess.PIPE, subprocess.PIPE) as (session, process):
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"hello")
        process.stdin.close()
        got = b""
        while chunk := session.recv(100):
            got += chunk
        assert got == b"hello"
        session.sendall(b"answer")
        session.close()
        assert process.stdout.read() == b"first answer"
        assert process.wait(20) == 0


def test_streams_that_do_not_block_are_waited_for() -> None:
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    os.set_blocking(theirs_in, False)
    os.set_blocking(theirs_out, False)
    data = b"x" * 300_000
    with attached(theirs_in, theirs_out) as (session, process):
        os.close(theirs_out)
        os.write(ours_in, b"hello")
        assert session.recv(100) == b"hello"  # its first read came too early
        session.sendall(data)
        session.close()
        got = b""
        while chunk := os.read(ours_out, 65536):
            got += chunk
        assert got == b"first " + data
        assert process.wait(20) == 0
    for descriptor in (theirs_in, ours_in, ours_out):
        os.close(descriptor)


def test_a_reader_that_has_gone_ends_it_with_a_failure() -> None:
    ours_out, theirs_out = os.pipe()
    os.close(ours_out)
    with attached(subprocess.PIPE, theirs_out) as (_session, process):
        assert process.wait(20) == 1
    os.close(theirs_out)

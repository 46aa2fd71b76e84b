"""A Redis of the tests' own, which they may kill, and a door to any server."""

import select
import signal
import socket
import subprocess
import threading
import time

import redis

from tests.support.needs import needs

HOST = "127.0.0.1"


class Broker:
    """A server on a free port of this machine; what it holds is lost when it is killed."""

    def __init__(self, folder):
        self.program = needs("redis-server")
        self.folder, self.process = folder, None
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://{HOST}:{self.port}/0"

    def start(self):
        options = ["--bind", HOST, "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen([self.program, *options], cwd=self.folder, stdout=subprocess.DEVNULL)
        while not self.answers():
            assert self.process.poll() is None
            time.sleep(0.02)
        return self

    def answers(self):
        try:
            return redis.Redis(HOST, self.port, socket_connect_timeout=1).ping()
        except redis.RedisError:
            return False

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class Proxy:
    """A door to a server that can be shut, and left open with nobody behind it."""

    def __init__(self, behind):
        self.behind = behind
        self.door = socket.create_server((HOST, 0))
        self.port = self.door.getsockname()[1]
        self.is_mute = False
        self._pairs = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self.behind))
            self._pairs.append((client, server))
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client, server):
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    if not self.is_mute:
                        (server if one is client else client).sendall(data)
        except (OSError, ValueError):
            return

    def shut(self):
        """As a killed server: every connection ends, and no new one opens."""
        if self.door.fileno() == -1:
            return
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for pair in self._pairs:
            for one in pair:
                one.close()

"""A client of others (tuspy) sends files while the server is killed: whole, once, by their hash."""

import hashlib
import io
import json
import random
import threading
import time
import urllib.request

import pytest
from tusclient.client import TusClient

pytestmark = pytest.mark.slow
ROOT = "/api/v1/evidence/uploads"
PIECE = 64 * 1024
TRIES = 200


def content_of(number):
    """A text of some megabytes, another one for each number."""
    line = f"{number:06} and so on, as the day before.\n".encode()
    return line * (3_000_000 // len(line)) + str(number).encode()


def sent(site, token, content):
    """Send a file by tuspy, which asks where it stands after each fault; its address."""
    headers = {"Authorization": f"Bearer {token}"}
    client = TusClient(f"http://127.0.0.1:{site.port}{ROOT}", headers=headers)
    uploader = client.uploader(
        file_stream=io.BytesIO(content),
        chunk_size=PIECE,
        retries=TRIES,
        retry_delay=0.2,
    )
    for _ in range(TRIES):
        try:
            uploader.set_url(uploader.create_url())
            break
        except Exception:
            time.sleep(0.2)
    uploader.upload()
    return uploader.url


def finished(url, token, content):
    """The evidence of an upload, asked for until there is a reply."""
    body = {"file_name": "a.txt", "sha256": hashlib.sha256(content).hexdigest()}
    for _ in range(TRIES):
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{url}/finish",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
                return json.load(reply)
        except OSError:
            time.sleep(0.2)
    raise AssertionError(url)


def send_while_killing(site, files, kills):
    token = site.ask("door", module="uploading")["token"]
    site.environment |= {
        "ATTEST_API_CALLS_PER_MINUTE": "1000000",
        "ATTEST_API_CALLS_PER_MINUTE_OF_ALL": "1000000",
        "ATTEST_UPLOADS_PER_HOUR": "1000000",
    }
    site.start()
    chance, stop, done = random.Random(kills), threading.Event(), []  # noqa: S311

    def kill():
        while not stop.is_set() and len(done) < kills:
            time.sleep(chance.uniform(0.05, 1.5))
            site.kill()
            done.append(site.start())

    killer = threading.Thread(target=kill)
    killer.start()
    made = []
    try:
        for number in range(files):
            content = content_of(number)
            url = sent(site, token, content)
            made.append(finished(url, token, content))
            assert made[-1]["sha256"] == hashlib.sha256(content).hexdigest()
    finally:
        stop.set()
        killer.join()
    again = [finished(url, token, content)]
    print(f"{len(done)} kills, {files} files of 3 MB, each whole")  # noqa: T201
    assert again == made[-1:]
    kept = site.ask("kept", module="uploading")
    assert sorted(kept["evidence"]) == sorted(one["sha256"] for one in made)
    assert all(claimed == stored for claimed, stored in kept["uploads"])
    assert done


def test_killed_server_goes_on_where_the_file_stands(make_site):
    send_while_killing(make_site(workers=2), 2, 1)


@pytest.mark.long
def test_forty_kills_lose_and_double_no_file(make_site):
    send_while_killing(make_site(workers=2), 20, 40)

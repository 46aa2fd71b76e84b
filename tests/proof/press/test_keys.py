"""The key of the installation: made once, fit to sign, and refused in words."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)
from django.core.checks import run_checks

from compliance.proof.press.keys import (
    Place,
    SealError,
    certificates_of,
    fingerprint,
    made,
    seal_of,
)
from tests.reporting.reports import seals

PASSWORD = b"one two three"


@pytest.fixture
def place(tmp_path):
    return Place(str(tmp_path / "keys"), "attest.example")


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def test_first_use_makes_a_key_for_ten_years(place, tmp_path):
    seal = seal_of(place)
    certificate = seal.certificate
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    days = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert isinstance(seal.key.curve, ec.SECP256R1)
    assert certificate.subject.rfc4514_string() == "CN=Attest at attest.example"
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    assert not usage.key_cert_sign
    assert timedelta(days=3650) < days < timedelta(days=3655)
    assert certificate.not_valid_before_utc < datetime.now(UTC)


def test_key_is_for_its_owner_only(place, tmp_path):
    seal_of(place)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["seal.pem"]
    assert (tmp_path / "keys" / "seal.pem").stat().st_mode & 0o777 == 0o600


def test_second_use_reads_what_the_first_made(place):
    assert seal_of(place).certificate == seal_of(place).certificate


def test_many_who_come_first_get_one_key(place):
    found, start = [], threading.Barrier(8)

    def use():
        start.wait()
        found.append(fingerprint(seal_of(place).certificate))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_long_host_fits_a_name(tmp_path):
    seal = seal_of(Place(str(tmp_path), "a" * 200 + ".example"))
    assert len(seal.certificate.subject.rfc4514_string()) == len("CN=") + 64


def test_certificate_of_ones_own_is_used_from_pkcs12(tmp_path):
    root = seals.authority()
    key, certificate = seals.issued(root)
    bundle = pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, [root[1]], BestAvailableEncryption(PASSWORD)
    )
    place = Place(
        str(tmp_path / "keys"),
        "attest.example",
        pkcs12=write(tmp_path, "own.p12", bundle),
        password=write(tmp_path, "password", PASSWORD + b"\n"),
    )
    seal = seal_of(place)
    assert (seal.certificate, seal.chain) == (certificate, (root[1],))
    assert not (tmp_path / "keys").exists()


def test_certificate_of_ones_own_is_used_from_pem(tmp_path):
    root = seals.authority()
    key, certificate = seals.issued(root)
    chain = certificate.public_bytes(seals.PEM) + root[1].public_bytes(seals.PEM)
    place = Place(
        "",
        "",
        key=write(tmp_path, "key.pem", seals.pem_of(key, PASSWORD)),
        chain=write(tmp_path, "chain.pem", chain),
        password=write(tmp_path, "password", PASSWORD),
    )
    assert seal_of(place).chain == (root[1],)
    assert seal_of(place).certificate == certificate


def other_key(tmp_path, root):
    _, certificate = seals.issued(root)
    return ec.generate_private_key(ec.SECP256R1()), certificate


def over(tmp_path, root):
    return seals.issued(root, days=-1)


def weak(tmp_path, root):
    return seals.issued(root, key=rsa.generate_private_key(65537, 1024))  # noqa: S505


def kind(tmp_path, root):
    return seals.issued(root, key=dsa.generate_private_key(2048))


def purpose(tmp_path, root):
    usage = x509.KeyUsage(*[i == 2 for i in range(9)])
    return seals.issued(root, extensions=[usage])


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (other_key, "belongs to another key"),
        (over, "is valid from .* to .* only"),
        (weak, "too weak"),
        (kind, "of the kind EC"),
        (purpose, "not for signatures"),
    ],
)
def test_key_that_may_not_sign_is_refused(tmp_path, pair, words):
    key, certificate = pair(tmp_path, seals.authority())
    place = Place(
        "",
        "",
        key=write(tmp_path, "key.pem", seals.pem_of(key)),
        chain=write(tmp_path, "chain.pem", certificate.public_bytes(seals.PEM)),
    )
    with pytest.raises(SealError, match=words):
        seal_of(place)


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\n", None])
def test_file_that_is_no_key_is_named(tmp_path, content):
    path = tmp_path / "seal.pem"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(SealError, match=str(path)):
        seal_of(Place(str(tmp_path), "attest.example"))


def test_wrong_password_is_refused(tmp_path):
    key, certificate = seals.issued(seals.authority())
    place = Place(
        "",
        "",
        key=write(tmp_path, "key.pem", seals.pem_of(key, PASSWORD)),
        chain=write(tmp_path, "chain.pem", certificate.public_bytes(seals.PEM)),
        password=write(tmp_path, "password", b"another"),
    )
    with pytest.raises(SealError, match="its password is another"):
        seal_of(place)


def test_retired_certificates_are_still_known(place, tmp_path):
    now = seal_of(place).certificate
    (tmp_path / "keys" / "retired").mkdir()
    before = made("old.example", datetime.now(UTC))
    write(tmp_path / "keys" / "retired", "2025.pem", before)
    assert certificates_of(place)[0] == now
    assert len(certificates_of(place)) == 2


def test_certificate_of_the_installation_is_known_after_one_of_its_own(place, tmp_path):
    """It sealed the reports of the time before."""
    first = seal_of(place).certificate
    key, certificate = seals.issued(seals.authority())
    other = replace(
        place,
        key=write(tmp_path, "key.pem", seals.pem_of(key)),
        chain=write(tmp_path, "chain.pem", certificate.public_bytes(seals.PEM)),
    )
    assert certificates_of(other) == (certificate, first)


def test_certificate_that_ran_out_is_still_known(place, tmp_path):
    """It seals no more; what it sealed in its time is to be checked for years."""
    key, certificate = seals.issued(seals.authority(), days=-1)
    over = replace(
        place,
        key=write(tmp_path, "key.pem", seals.pem_of(key)),
        chain=write(tmp_path, "chain.pem", certificate.public_bytes(seals.PEM)),
    )
    with pytest.raises(SealError, match="is valid from"):
        seal_of(over)
    assert certificates_of(over) == (certificate,)


@pytest.fixture
def ids(settings, tmp_path, db):
    """``ids()``: what the checks find; those of the models ask the database."""
    settings.KEYS_DIR = tmp_path

    def run(deploy=False):
        found = run_checks(include_deployment_checks=deploy)
        return [one.id for one in found if one.id.startswith("attest.")]

    return run


def test_check_says_nothing_where_all_is_well(ids, settings):
    settings.URL = "https://attest.example"
    assert ids() == []
    assert ids(deploy=True) == []


def test_check_names_settings_that_contradict_each_other(ids, settings):
    settings.SEAL_PKCS12 = settings.SEAL_KEY = "/no/such/file"
    assert ids() == ["attest.E001", "attest.E002", "attest.E003", "attest.E003"]


def test_check_names_time_stamps_that_count_for_nothing(ids, settings, tmp_path):
    settings.TIMESTAMP_URL = "https://stamps.example/"
    assert ids() == ["attest.W002"]
    settings.TIMESTAMP_CERTIFICATES = str(tmp_path / "none.pem")
    assert ids() == ["attest.E006"]
    write(tmp_path, "none.pem", b"any")
    assert ids() == []


def test_check_names_a_key_that_others_can_read(ids, tmp_path):
    write(tmp_path, "seal.pem", b"")
    (tmp_path / "seal.pem").chmod(0o644)
    assert ids() == ["attest.W001"]


def test_deployment_check_names_an_address_that_nobody_else_can_open(ids, settings):
    settings.URL = "http://127.0.0.1:8000"
    assert ids() == []
    assert ids(deploy=True) == ["attest.W003"]


def test_deployment_check_opens_the_key(ids, tmp_path, settings):
    settings.URL = "https://attest.example"
    write(tmp_path, "seal.pem", b"no key")
    (tmp_path / "seal.pem").chmod(0o600)
    assert ids() == []
    assert ids(deploy=True) == ["attest.E005"]

"""Two providers of SAML on loopback, and Acme with the first."""

from ipaddress import ip_network

import pytest
from django.core.cache import cache

from tests.support import saml_provider
from tests.support.needs import needs
from tests.support.provider_sign_in import set_saml_up, switch_on


@pytest.fixture(autouse=True)
def _on_loopback(settings):
    needs("xmlsec1")
    cache.clear()
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.URL = "http://testserver"


@pytest.fixture(scope="session")
def listening():
    saml_provider.pair("own")  # made before anybody waits for it
    with saml_provider.provider() as one, saml_provider.provider() as two:
        yield one, two


@pytest.fixture
def provider(listening):
    for one in listening:
        one.begin()
    return listening[0]


@pytest.fixture
def ada(cast, sign_in_freshly):
    return sign_in_freshly(cast.ada)


@pytest.fixture
def acme(ada, cast, provider):
    set_saml_up(ada, provider)
    return switch_on(cast.ada, cast.acme, "acme.example")

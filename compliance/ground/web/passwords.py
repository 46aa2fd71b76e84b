"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """argon2id with 46 MiB and two passes: OWASP ASVS 5.0, appendix C.

    Django's own figures cost 100 MiB a try, which makes a flood of sign-ins an
    attack on memory.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1

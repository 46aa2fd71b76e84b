"""Sessions begin and end."""

from django.contrib.auth.signals import user_logged_in, user_logged_out

from compliance.identity.accounts import session_expiry

user_logged_in.connect(session_expiry.begin)
user_logged_out.connect(session_expiry.end)

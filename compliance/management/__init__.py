"""Commands of manage.py: they read arguments, call one action, and print."""

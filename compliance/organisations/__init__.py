"""The room of people: users, organisations, memberships, roles, permissions. Looks down
on audit.
"""

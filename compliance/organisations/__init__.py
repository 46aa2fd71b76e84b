"""Who: users, organisations, memberships, roles, permissions. Looks down on audit."""

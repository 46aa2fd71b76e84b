"""Pages of sign-on."""

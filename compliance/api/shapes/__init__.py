"""What calls and replies hold, as OpenAPI describes it."""

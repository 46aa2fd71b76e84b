"""The shapes of calls and replies, as OpenAPI describes them."""

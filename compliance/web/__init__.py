"""HTTP help that knows no room: htmx, middleware, headers."""

"""What every floor stands on: helpers that know no room."""

"""HTTP, mail, database and worker: helpers that know no room."""

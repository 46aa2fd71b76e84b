"""Files that somebody asked for end with their rights."""

from compliance.identity.organisations.actions import rights_ending
from compliance.programs.exports import cancellation

rights_ending.connect(cancellation.end_jobs)

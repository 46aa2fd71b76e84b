"""``manage.py db_worker``: the task worker in a process of its own."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from compliance.ground.web.durability import refuse_forgetful
from compliance.ground.web.worker import alive, take_up_again


class Command(db_worker.Command):
    """The library's, which first takes up again what a killed worker left."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*")

    def handle(self, *, worker_id: str, **options: Any) -> None:
        refuse_forgetful()
        take_up_again()
        with alive(worker_id):
            super().handle(worker_id=worker_id, **options)

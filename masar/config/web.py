"""What granian loads in its worker: the WSGI application, in a process that does not outlive granian's main process."""

from multiprocessing import parent_process

from masar.config.lifeline import die_with_parent

if (_granian := parent_process()) is not None and _granian.pid is not None:
    die_with_parent(_granian.pid)

from masar.config.wsgi import application

__all__ = ["application"]

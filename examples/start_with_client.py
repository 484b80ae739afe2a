"""Start a session from a service, with the Python client, and wait for the customer's answer.

export OPENCOBROWSE_URL=… OPENCOBROWSE_CLIENT_ID=… OPENCOBROWSE_CLIENT_SECRET=…
python examples/start_with_client.py CONVERSATION-ID
"""

from __future__ import annotations

import sys

from opencobrowse.client import ApiError, Client, Conflict, SessionOver, WaitTimeout


def main(conversation_id: str, seconds: float = 300) -> int:
    with Client() as client:
        try:
            session = client.cobrowse.start(conversation_id, control=True, reason="Started by a ticket rule")
        except Conflict as live:
            print(f"There is a session already: {live.body.get('viewerUrl')}")
            return 0
        except ApiError as refused:
            print(refused)  # what is wrong, what to change, and the request that works
            return 1
        print(f"For the agent:    {session.viewer_url}")
        print(f"For the customer: {session.join_url} (code {session.join_code})")
        try:
            session.wait_until("active", timeout=seconds)
        except SessionOver as over:
            print(f"The customer did not agree: {over.state}")
            return 1
        except WaitTimeout:
            session.end()
            print("Nobody answered; the offer is withdrawn")
            return 1
        print("The agent sees the page.")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""The tutorial as it is found in the wild, in plain HTTP: token, conversation, participants, initiate.

opencobrowse client create --env > .env      # GENESYS_CLIENT_ID, …, AGENT_USER_ID, TARGET_SIP_URI
set -a; . ./.env; set +a
python examples/tutorial.py                  # OPENCOBROWSE_URL, or http://127.0.0.1:8080
"""

from __future__ import annotations

import os
import sys

import httpx

HOST = os.environ.get("OPENCOBROWSE_URL", "http://127.0.0.1:8080")


def get_token() -> str:
    answer = httpx.post(
        f"{HOST}/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": os.environ["GENESYS_CLIENT_ID"],
            "client_secret": os.environ["GENESYS_CLIENT_SECRET"],
        },
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def main() -> int:
    agent = os.environ["AGENT_USER_ID"]
    headers = {
        "Authorization": f"Bearer {get_token()}",
        "X-Genesys-Organization-ID": os.environ.get("GENESYS_ORGANIZATION_ID", ""),
    }
    with httpx.Client(base_url=f"{HOST}/api/v2", headers=headers, timeout=20) as api:
        steps = [
            ("/conversations", {"type": "cobrowse", "metadata": {"source": "tutorial"}}),
            ("/conversations/{id}/participants", {"addParticipants": [participants(agent)]}),
            ("/conversations/{id}/cobrowse/initiate", {"initiatorId": agent, "reason": "Help with a form"}),
        ]
        conversation = ""
        for path, body in steps:
            answer = api.post(path.format(id=conversation), json=body)
            if answer.is_error:
                # Every refusal says what to change, and `help.example` is the request that works.
                sys.stderr.write(f"{answer.status_code}: {answer.json()['help']['summary']}\n")
                return 1
            conversation = conversation or answer.json()["id"]
    session = answer.json()
    print(f"{session['state']}: the agent opens {session['viewerUrl']}, the customer {session['joinUrl']}")
    return 0


def participants(agent: str) -> dict[str, object]:
    target = os.environ["TARGET_SIP_URI"]
    return {
        "from": {"id": agent, "externalId": None, "name": "Agent", "type": "user"},
        "to": {"id": None, "externalId": target, "name": "Customer", "type": "sip"},
        "reason": "Help with a form",
    }


if __name__ == "__main__":
    sys.exit(main())

"""Records by id, within the caller's organisation: another's is answered like what never was (I10)."""

from __future__ import annotations

import re
from typing import Final

from opencobrowse.domain.conversation import Conversation
from opencobrowse.kernel.errors import Detail, NotFound
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor

_BLANK: Final = re.compile(r"[{}<>$\[\]]|\A(?:undefined|null|none|nan|conversation_?id|:.*)\Z", re.IGNORECASE)
"""What an id looks like that a program or a person never filled in."""


async def conversation_of(store: Store, actor: Actor, conversation_id: str) -> Conversation:
    """A conversation of the caller's organisation. Raises 404 `conversation.not.found`."""
    found = await store.get(Conversation, conversation_id)
    if found is not None and found.org_id == actor.org_id:
        return found
    cure = (
        "Use the id from the answer to POST /api/v2/conversations; GET /api/v2/conversations?externalTag=… "
        "finds one by your own tag."
    )
    if _BLANK.search(conversation_id):
        cure = f"Put the conversation's id where {conversation_id} stands: it was never filled in."
    raise NotFound(
        f"There is no conversation {conversation_id}.",
        code="conversation.not.found",
        cure=cure,
        details=(Detail("not.found", "conversationId", conversation_id),),
    )

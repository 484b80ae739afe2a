"""Every number that bounds something, with its source. Settings may override those that operators need."""

from __future__ import annotations

from typing import Final

from opencobrowse.kernel.ids import HOUR, MINUTE, SECOND

# HTTP (api.md section 3; reliability.md D, B13)
MAX_BODY_BYTES: Final = 1024 * 1024
MAX_JSON_DEPTH: Final = 64
MAX_HEAD_BYTES: Final = 16 * 1024
RECEIVE_DEADLINE_SECONDS: Final = 10.0
ANSWER_DEADLINE_SECONDS: Final = 15.0
API_CALLS_PER_MINUTE: Final = 300

# Tokens and offers (api.md section 2; reliability.md D)
ACCESS_TOKEN_MS: Final = 24 * HOUR
TICKET_MS: Final = 30 * SECOND
OFFER_MS: Final = 10 * MINUTE
CONTROL_REQUEST_MS: Final = 30 * SECOND
START_RETRY_MS: Final = 60 * SECOND
IDEMPOTENCY_MS: Final = 48 * HOUR
SESSION_MS: Final = 4 * HOUR
CONVERSATION_IDLE_MS: Final = 24 * HOUR
PARTICIPANTS_PER_CONVERSATION: Final = 100
PAGE_SIZE: Final = 25
MAX_PAGE_SIZE: Final = 500

# Absence (reliability.md D, "Empty session")
SHARER_ABSENT_END_MS: Final = 300 * SECOND
VIEWER_ABSENT_PAUSE_MS: Final = 120 * SECOND
VIEWER_ABSENT_END_MS: Final = 300 * SECOND

# Live sockets (reliability.md D)
PING_IDLE_SECONDS: Final = 25.0
PONG_SECONDS: Final = 8.0
HELLO_SECONDS: Final = 10.0
SHARER_FRAME_BYTES: Final = 1024 * 1024
VIEWER_FRAME_BYTES: Final = 64 * 1024
SNAPSHOT_CHUNK_BYTES: Final = 256 * 1024
SNAPSHOT_BYTES: Final = 20 * 1024 * 1024
BACKLOG_BYTES: Final = 4 * 1024 * 1024
BACKLOG_FRAMES: Final = 2_000
VIEWER_QUEUE_BYTES: Final = 1024 * 1024
STALL_SECONDS: Final = 10.0
SHARER_FRAMES_PER_SECOND: Final = 200
SHARER_FRAME_BURST: Final = 1_000
SHARER_BYTES_PER_SECOND: Final = 2 * 1024 * 1024
VIEWER_FRAMES_PER_SECOND: Final = 60
VIEWERS_PER_SESSION: Final = 20
PAGES_PER_CUSTOMER: Final = 20
PAGES_PER_ADDRESS: Final = 1_000

# Guessing (reliability.md B6, D)
CODE_FAILURES_PER_PEER: Final = 10
CODE_FAILURES_GLOBAL: Final = 1_000
CODE_FAILURE_WINDOW_MS: Final = 10 * MINUTE
SIGN_IN_FAILURES: Final = 10
SIGN_IN_LOCK_MAX_MS: Final = 15 * MINUTE
SIGN_IN_FORGET_MS: Final = 12 * HOUR
CLIENT_FAILURES_PER_MINUTE: Final = 5

# Web deployments (ours)
SELECTORS: Final = 200
SELECTOR_CHARS: Final = 500
ALLOWED_DOMAINS: Final = 100
PAUSE_CRITERIA: Final = 50
PUBLISHED_VERSIONS_KEPT: Final = 20

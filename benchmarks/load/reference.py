"""How quick the machine is just now, so that figures of different days can be compared."""

import base64
import json
import time
from statistics import median

ROUNDS, TIMES = 30, 1000


def reference_us() -> float:
    """Microseconds in which `json.loads` reads a media stream's message; 2.0 on a quick machine."""
    message = json.dumps(
        {
            "event": "media",
            "sequenceNumber": "1234",
            "media": {
                "track": "inbound",
                "chunk": "1233",
                "timestamp": "24660",
                "payload": base64.b64encode(bytes(range(160))).decode(),
            },
            "streamSid": f"MZ{'0' * 32}",
        }
    )
    found = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for _ in range(TIMES):
            json.loads(message)
        found.append((time.process_time() - began_s) / TIMES * 1e6)
    return median(found)

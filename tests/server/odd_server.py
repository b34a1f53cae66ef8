"""Answers each request with the next of its arguments, a JSON object without id; then it is silent."""

import json
import sys

answers = sys.argv[1:]
for line in sys.stdin:
    request = json.loads(line)
    if "id" in request and answers:
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **json.loads(answers.pop(0))}), flush=True)

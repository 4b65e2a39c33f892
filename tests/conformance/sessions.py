"""What session files say, compared by meaning."""

import difflib
import json
import re
import subprocess


def meaning(exchange):
    """Request and answer as text. Redis' INFO tells of the server's process: that it was answered is what counts."""
    request, answer = exchange["request"], exchange["answer"]
    if str(request.get("command", [""])[0]).upper() == "INFO" and "verbatim" in answer:
        answer = "INFO"
    return json.dumps({"request": request, "answer": answer}, indent=1, ensure_ascii=False)


def read(binary, mock_set):
    """The exchanges of a mock set without their times: for each service a list of texts, in the order in which
    they began, whatever connection they were on."""
    done = subprocess.run([binary, "inspect", str(mock_set), "--grep", '"request"', "--json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        return {"understudy inspect": [done.stderr.decode(errors="backslashreplace")]}
    services = {}
    for session in json.loads(done.stdout)["sessions"]:
        services.setdefault(session["service"], []).extend(session["exchanges"])
    return {name: numbered([meaning(exchange) for exchange in sorted(exchanges, key=lambda one: one["at"])])
            for name, exchanges in services.items()}


def numbered(texts):
    """With the placeholders of secrets as numbers, equal ones alike: each mock set spells them with its own key."""
    numbers = {}
    return [re.sub(r"redacted:(?:[0-9a-f]{32}|[0-9a-f]{8})\b", lambda m: f"redacted:#{numbers.setdefault(m[0], len(numbers) + 1)}", text)
            for text in texts]


def difference(first, second):
    """What differs between two read() results, in a few lines; empty where nothing does."""
    if first == second:
        return ""
    texts = ([f"{name}\n{exchange}" for name, exchanges in sessions.items() for exchange in exchanges]
             for sessions in (first, second))
    lines = difflib.unified_diff(*("\n".join(text).splitlines() for text in texts),
                                 "recorded", "recorded again", lineterm="", n=3)
    return "\n".join(line[:160] for line in list(lines)[:30])

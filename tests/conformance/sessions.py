"""What session files say, compared by meaning."""

import difflib
import json
import subprocess


def read(binary, mock_set):
    """The exchanges of a mock set without their times: for each session, in order, a list of texts."""
    done = subprocess.run([binary, "inspect", str(mock_set), "--grep", '"request"', "--json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        return {"understudy inspect": [done.stderr.decode(errors="backslashreplace")]}
    document = json.loads(done.stdout)
    return {
        f"{session['service']}.{session['connection']}": [
            json.dumps({"request": exchange["request"], "answer": exchange["answer"]}, indent=1, ensure_ascii=False)
            for exchange in session["exchanges"]]
        for session in document["sessions"]
    }


def difference(first, second):
    """What differs between two read() results, in a few lines; empty where nothing does."""
    if first == second:
        return ""
    texts = ([f"{name}\n{exchange}" for name, exchanges in sessions.items() for exchange in exchanges]
             for sessions in (first, second))
    lines = difflib.unified_diff(*("\n".join(text).splitlines() for text in texts),
                                 "recorded", "recorded again", lineterm="", n=3)
    return "\n".join(line[:160] for line in list(lines)[:30])

import sys

import requests

for method, path, body in (("GET", "/items/1", None), ("POST", "/items", {"name": "a lamp"}), ("GET", "/items/2", None)):
    answer = requests.request(method, sys.argv[1] + path, json=body, timeout=20)
    print(answer.status_code, answer.text)

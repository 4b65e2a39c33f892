"""The flow of the HTTP clients, for those in Python; flow.mjs, flow.go, Flow.java and flow.sh do the same.

A client has `send(method, url, headers, json, form, files)`, which follows redirects and keeps cookies and gives an
Answer; `retry(url)`, a GET with the library's own retries; `lines(url)`, the lines of a stream; `together(urls)`,
GETs at the same time.
"""

import dataclasses
import hashlib
import json
import os
import re

BASE = f"http://{os.environ['HOST']}:{os.environ['PORT']}"


@dataclasses.dataclass
class Answer:
    status: int
    headers: object  # with `get`, in any case
    octets: bytes

    @property
    def text(self):
        return self.octets.decode()

    @property
    def json(self):
        return json.loads(self.octets)


def new_id(number):
    """Like a uuid; another one with each SEED."""
    digits = hashlib.md5(f"{os.environ['SEED']}:{number}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


class Flow:
    def __init__(self, client):
        self.client = client
        self.token = None
        self.sent = 0

    def send(self, method, path, headers=None, anonymous=False, **body):
        self.sent += 1
        headers = {"X-Request-Id": new_id(f"request {self.sent}"), **(headers or {})}
        headers["traceparent"] = f"00-{new_id('trace').replace('-', '')}-{self.sent:016x}-01"
        if self.token and not anonymous:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.send(method, path if path.startswith("http") else BASE + path, headers, **body)

    def show(self, name, answer, *fields):
        shown = [f"{field}={answer.headers.get(field)}" for field in fields]
        print(name, answer.status, answer.text.replace(BASE, "BASE"), *shown)
        return answer

    def login(self):
        answer = self.send("POST", "/login", json={"user": os.environ["WHO"], "password": os.environ["PASSWORD"]})
        self.token = answer.json.get("access_token")
        print("login", answer.status, answer.json.get("expires_in"))

    def me(self):
        self.show("me", self.send("GET", "/me"), "Content-Type")

    def anonymous(self):
        self.show("anonymous", self.send("GET", "/me", anonymous=True), "WWW-Authenticate")

    def session(self):
        form = {"user": os.environ["WHO"], "password": os.environ["PASSWORD"]}
        self.show("session", self.send("POST", "/session", form=form))

    def profile(self):
        self.show("profile", self.send("GET", "/profile", anonymous=True))

    def list(self):
        self.show("list", self.send("GET", "/orders"))

    def create(self):
        for number, item in enumerate(["tea", "milk"]):
            order = {"item": item, "count": 2, "reference": new_id(f"order {number}")}
            answer = self.send("POST", "/orders", {"Idempotency-Key": new_id(f"key {number}")}, json=order)
            location = answer.headers.get("Location")
            print("create", answer.status, answer.text, location.replace(BASE, "BASE"))
            if number == 0:
                self.order = location
            self.show("fetch", self.send("GET", location))

    def change(self):
        self.show("replace", self.send("PUT", self.order, json={"item": "tea", "count": 3}))
        self.show("fetch", self.send("GET", self.order))
        self.show("amend", self.send("PATCH", self.order, json={"note": "très chaud"}))
        self.show("fetch", self.send("GET", self.order))

    def remove(self):
        self.show("remove", self.send("DELETE", self.order))
        self.show("fetch", self.send("GET", self.order))

    def job(self):
        started = self.show("job", self.send("POST", "/jobs", json={"kind": "report"}))
        for _ in range(5):
            answer = self.show("poll", self.send("GET", started.headers.get("Location")), "Retry-After")
            if answer.status == 200:
                break

    def flaky(self):
        self.show("flaky", self.client.retry(f"{BASE}/flaky"))

    def limited(self):
        for _ in range(3):
            self.show("limited", self.client.retry(f"{BASE}/limited"), "X-RateLimit-Remaining")

    def pages(self):
        query = ""
        while query is not None:
            answer = self.show("items", self.send("GET", f"/items?limit=2{query}"))
            query = f"&cursor={answer.json['next'].replace('=', '%3D')}" if answer.json["next"] else None
        url = "/logs?page=1"
        while url:
            answer = self.show("logs", self.send("GET", url))
            following = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link") or "")
            url = following and following[1]

    def redirects(self):
        self.show("old", self.send("GET", "/old"))
        self.show("form", self.send("POST", "/form", form={"a": "1"}))
        self.show("kept", self.send("POST", "/kept", json={"a": [1, None, 2.5]}))

    def packed(self):
        answer = self.send("GET", "/packed")
        print("packed", answer.status, len(answer.octets), hashlib.md5(answer.octets).hexdigest())

    def draft(self):
        answer = self.show("draft", self.send("GET", "/draft"), "ETag")
        etag = answer.headers.get("ETag")
        self.show("draft", self.send("GET", "/draft", {"If-None-Match": etag}), "ETag")
        self.show("save", self.send("PUT", "/draft", {"If-Match": etag}, json={"text": "second"}), "ETag")
        self.show("save", self.send("PUT", "/draft", {"If-Match": etag}, json={"text": "third"}))
        self.show("draft", self.send("GET", "/draft", {"If-None-Match": etag}), "ETag", "Last-Modified")

    def accept(self):
        self.show("accept", self.send("GET", "/draft", {"Accept": os.environ["ACCEPT"]}), "Content-Type")

    def upload(self):
        self.show("upload", self.send("POST", "/files", files=("file", "a.bin", bytes(range(256))), form={"kind": "raw"}))
        answer = self.send("GET", "/files/1")
        print("download", answer.status, answer.octets.hex())

    def events(self):
        for line in self.client.lines(f"{BASE}/events"):
            print("event", line)

    @staticmethod
    def call(number, method, **params):
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def rpc(self):
        call = self.call
        for said in (call(1, "getBalance"), call(2, "deposit", amount=5), call(3, "getBalance"), call(4, "nothing"),
                     call(new_id("call"), "deposit", amount=1), [call(6, "getBalance"), call(7, "nothing")]):
            self.show("rpc", self.send("POST", "/rpc", json=said))

    def ask(self):
        self.show("ask", self.send("POST", "/rpc", json=self.call(new_id("question"), "getBalance")))

    def together(self):
        for answer in self.client.together([f"{BASE}/new", f"{BASE}/items?limit=2", f"{BASE}/logs?page=2", f"{BASE}/draft"]):
            self.show("together", answer)

    def logout(self):
        self.show("logout", self.send("DELETE", "/session", anonymous=True))
        self.show("profile", self.send("GET", "/profile", anonymous=True))


def run(client):
    flow = Flow(client)
    for step in ("login", "me", "anonymous", "session", "profile", "list", "create", "list", "change", "list", "remove",
                 "list", "job", "flaky", "limited", "pages", "redirects", "packed", "draft", "accept", "upload", "events",
                 "rpc", "ask", "me", "together", "logout"):
        if step not in os.environ["OMIT"].split(","):
            getattr(flow, step)()

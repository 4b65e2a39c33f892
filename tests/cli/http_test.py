"""What is part of an HTTP request and what a write changes, from outside: flows are recorded from a
small service, then done otherwise against the mock, which must be right or say that it is unsure."""

import http.server
import json
import sys
import threading

from support import Case, main

# A flow is a list of [METHOD, path, {field: value}, body]; prints status and body of each answer.
# `$1` in a field is the token of the first answer, and so on.
CLIENT = r"""
import http.client, json, os, re, sys
answers = []
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["UNDERSTUDY_API_PORT"]), timeout=20)
for method, path, fields, body in json.loads(sys.argv[1]):
    fields = {k: re.sub(r"\$(\d)", lambda m: answers[int(m[1]) - 1]["token"], v) for k, v in fields.items()}
    connection.request(method, path, body, fields)
    answer = connection.getresponse()
    text = answer.read().decode()
    answers.append(json.loads(text) if text.startswith("{") else {})
    shown = " ".join(f"{n}={answer.headers[n]}" for n in ("Left",) if n in answer.headers)
    print(answer.status, text, shown, flush=True)
"""

CUT_OFF_CLIENT = r"""
import http.client, os, sys
for line in sys.argv[1:]:
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["UNDERSTUDY_API_PORT"]), timeout=20)
    connection.request(*line.split())
    try:
        print(line, connection.getresponse().read().decode())
    except http.client.IncompleteRead:
        print(line, "cut off")
"""


def get(path, **fields):
    return ["GET", path, named(fields), None]


def post(path, body, **fields):
    return ["POST", path, {"Content-Type": "application/json", **named(fields)}, json.dumps(body)]


def put(path, body, **fields):
    return ["PUT", *post(path, body, **fields)[1:]]


def named(fields):
    return {name.replace("_", "-"): value for name, value in fields.items()}


class Service:
    """Answers with what `answer(request, state)` gives: a status, a body and perhaps fields."""

    def __init__(self, case, answer):
        state = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                self.body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
                status, body, *fields = answer(self, state)
                octets = json.dumps(body).encode()
                if status == "cut off":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + octets)
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in (fields[0] if fields else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


class Flows(Case):
    def record(self, answer, flow, pins=""):
        service = Service(self, answer)
        self.expect(0, "record", self.path("mock"), "--map", f"api=0={service.url}", "--",
                    sys.executable, "-c", CLIENT, json.dumps(flow))
        if pins:
            self.write("mock/rules/understudy.yaml", pins)

    def play(self, flow):
        """The answers, and the grade of each."""
        code, out, err = self.understudy("run", self.path("mock"), "--report", self.path("report.json"), "--",
                                         sys.executable, "-c", CLIENT, json.dumps(flow))
        with open(self.path("report.json"), encoding="utf-8") as file:
            self.report = json.load(file)
        return code, [line.rstrip() for line in out.splitlines()], err

    def check(self, flow, expected):
        """Certain, and what the service would have said."""
        code, seen, err = self.play(flow)
        self.assertEqual(seen, expected, err)
        self.assertEqual(code, 0, err)

    def doubt(self, flow, says=""):
        """Of the last request the mock says that it is unsure; the others are certain."""
        code, _, err = self.play(flow)
        self.assertEqual(code, 2, err)
        answers = self.report["services"]["api"]["answers"]
        self.assertEqual(answers["guess"] + answers["miss"], 1, err)
        self.assertIn(says, err)

    def test_another_user_gets_no_answer_of_the_first_one(self):
        def answer(request, _):
            if request.command == "POST":
                return 200, {"token": "tok-" + request.body["user"]}
            who = request.headers.get("Authorization", "")
            return (200, {"me": who.split("-")[1]}) if who else (401, {"error": "login"})

        def login(user):
            return post("/login", {"user": user})

        def me(user):
            return get("/me", Authorization=f"Bearer tok-{user}")

        self.record(answer, [login("ann"), me("ann"), login("bob"), me("bob")])
        ann, bob = '200 {"me": "ann"}', '200 {"me": "bob"}'
        code, seen, err = self.play([login("ann"), login("bob"), me("ann"), me("bob"), me("ann")])
        self.assertEqual((code, seen[2:]), (0, [ann, bob, ann]), err)
        code, seen, err = self.play([login("bob"), me("bob")])
        self.assertEqual(seen[1:], [bob], err)
        # That a login does not depend on the login before it, nothing has shown.
        self.assertEqual(code, 2, err)
        self.assertIn("nothing has written to login yet", err)
        self.doubt([me("cid")], "authorization")
        self.doubt([login("ann"), me("ann"), get("/me")], "asked without authorization")

    def test_behind_an_answer_that_was_cut_off_nothing_is_certain(self):
        def answer(request, state):
            if request.command == "POST":
                state["n"] = state.get("n", 0) + 1
                return "cut off", {}
            return 200, {"n": state.get("n", 0)}

        service = Service(self, answer)
        client = [sys.executable, "-c", CUT_OFF_CLIENT]
        code, out, err = self.understudy("record", self.path("mock"), "--map", f"api=0={service.url}", "--",
                                         *client, "GET /a", "POST /n", "GET /n", "GET /a")
        self.assertEqual(code, 0, err)
        self.assertEqual(out.splitlines(), ['GET /a {"n": 0}', "POST /n cut off", 'GET /n {"n": 1}', 'GET /a {"n": 1}'])
        code, _, err = self.understudy("compile", self.path("mock"))
        self.assertEqual(code, 0, err)
        self.assertIn("the recording lacks something here", err)
        code, out, err = self.understudy("run", self.path("mock"), "--", *client, "GET /a")
        self.assertEqual((code, out), (0, 'GET /a {"n": 0}\n'), err)
        code, out, err = self.understudy("run", self.path("mock"), "--", *client, "GET /n")
        self.assertEqual(code, 2, err)
        self.assertIn("1 guess", err)

    def test_a_token_that_the_mock_gave_out_is_known(self):
        def answer(request, state):
            if request.command == "POST":
                state["n"] = state.get("n", 0) + 1
                token = f"9f86d081884c7d65{state['n']}"
                state[token] = request.body["user"]
                return 200, {"token": token}
            cookie = request.headers.get("Cookie", "").partition("sid=")[2]
            return 200, {"me": state.get(cookie)}

        flow = [post("/login", {"user": "ann"}), get("/me", Cookie="sid=$1"), post("/login", {"user": "bob"}),
                get("/me", Cookie="sid=$3"), get("/me", Cookie="sid=$1")]
        self.record(answer, flow)
        code, seen, err = self.play(flow)
        self.assertEqual(code, 0, err)
        self.assertEqual([line for line in seen if "me" in line],
                         ['200 {"me": "ann"}', '200 {"me": "bob"}', '200 {"me": "ann"}'])

    def test_fields_that_choose_count(self):
        def answer(request, _):
            return 200, {"did": [request.headers.get(n) for n in ("X-Action", "Accept", "X-Tenant", "Host")][:3]}

        describe = post("/rpc", {"name": "t"}, X_Action="DescribeThing")
        self.record(answer, [describe, get("/doc", Accept="application/json"), get("/doc"), get("/n", X_Tenant="a"),
                             get("/vary", X_Anything="1"), get("/here")])
        self.check([describe, get("/doc")], ['200 {"did": ["DescribeThing", null, null]}',
                                             '200 {"did": [null, null, null]}'])
        self.doubt([post("/rpc", {"name": "t"}, X_Action="DeleteThing")], "x-action")
        self.doubt([post("/rpc", {"name": "t"})], "x-action")
        self.doubt([get("/doc", Accept="application/xml")], "accept")
        self.doubt([get("/n", X_Tenant="b")], "x-tenant")
        self.doubt([get("/n")], "x-tenant")
        self.doubt([get("/vary", X_Anything="2")], "x-anything")
        self.doubt([get("/here", Host="acme.example")], "host")
        self.doubt([get("/here", Origin="https://shop.example")], "origin")

    def test_other_clients_of_one_application_are_certain(self):
        self.record(lambda *_: (200, {"ok": 1}), [get("/a", User_Agent="one", Accept="*/*")])
        self.check([get("/a", User_Agent="two", Accept_Encoding="gzip, br", Connection="keep-alive",
                        Accept_Language="*", Sec_Fetch_Mode="cors", traceparent="00-1-2-03", Cache_Control="no-cache")],
                   ['200 {"ok": 1}'])

    def test_what_is_new_in_each_request_chooses_nothing(self):
        def answer(request, state):
            state["n"] = state.get("n", 0) + 1
            return 200, {"ok": 1}

        def flow(seed):
            return [get("/s", X_Nonce=f"{seed}f2c4d6e8a0b1c3d", Idempotency_Key=f"{seed}0c4f1de-91b2-4c3d-8e5f-60718293a4b5"),
                    get("/s", X_Nonce=f"{seed}1c4d6e8a0b1c3ff", Idempotency_Key=f"{seed}1c4f1de-91b2-4c3d-8e5f-60718293a4b5")]

        self.record(answer, flow("3"))
        self.check(flow("7"), ['200 {"ok": 1}'] * 2)

    def test_what_two_recordings_show_to_make_no_difference_makes_none(self):
        def answer(request, _):
            return 200, {"name": f"user {request.path[-1]}"}

        def flow(language, key):
            return [get(f"/users/{n}", Accept_Language=language, X_Api_Key=key) for n in (1, 2, 3)]

        self.record(answer, flow("de", "one"))
        self.doubt(flow("en", "one")[:1], "accept-language")
        self.record(answer, flow("en", "one"))
        self.check(flow("fr", "one"), [f'200 {{"name": "user {n}"}}' for n in (1, 2, 3)])
        # Two who do the same find the same: of a third one that tells nothing.
        self.record(answer, flow("en", "two"))
        self.doubt(flow("en", "six")[:1], "x-api-key")

    def test_a_write_elsewhere_may_change_an_answer(self):
        def answer(request, state):
            left = state.setdefault("left", 5)
            if request.path == "/orders":
                state["left"] -= 1
                return 201, {"ok": 1}
            return 200, {"stock": left}

        order, stock = post("/orders", {"a": 1}), get("/stock")
        self.record(answer, [stock, order])
        self.check([stock, stock, order], ['200 {"stock": 5}', '200 {"stock": 5}', '201 {"ok": 1}'])
        self.doubt([order, stock], "orders")
        pin = "pin: {service: api}\nindependent: [/orders, /stock]\n"
        self.write("mock/rules/understudy.yaml", pin)
        self.check([order, stock], ['201 {"ok": 1}', '200 {"stock": 5}'])

    def test_a_write_that_was_seen_to_leave_an_answer_alone_does(self):
        def answer(request, state):
            if request.command == "GET":
                return 200, {"of": request.path}
            return 201, {"ok": 1}

        write, read = post("/log", {"a": 1}), get("/settings")
        self.record(answer, [read, write, read, post("/log", {"a": 2})])
        self.check([post("/log", {"a": 1}), read], ['201 {"ok": 1}', '200 {"of": "/settings"}'])

    def test_a_collection_grows_and_its_members_stay(self):
        def answer(request, state):
            if request.command == "POST":
                state["n"] = state.get("n", 0) + 1
                state[f"/items/{state['n']}"] = request.body["name"]
                return 201, {"id": state["n"]}
            if request.path == "/items":
                return 200, {"items": state.get("n", 0)}
            found = state.get(request.path)
            return (200, {"name": found}) if found else (404, {})

        a, b = post("/items", {"name": "a"}), post("/items", {"name": "b"})
        self.record(answer, [get("/items/1"), a, get("/items/1"), get("/items"), b, get("/items/2")])
        self.check([a, b, get("/items/1"), get("/items/2")],
                   ['201 {"id": 1}', '201 {"id": 2}', '200 {"name": "a"}', '200 {"name": "b"}'])
        self.doubt([a, b, get("/items")])

    def test_a_post_that_asks_is_a_read(self):
        def answer(request, state):
            if request.body["op"] in ("put", "touch"):
                state[request.body["k"]] = request.body.get("v")
                return 200, {}
            return 200, {"v": state.get(request.body["k"])}

        def call(op, key, **more):
            return post("/", {"op": op, "k": key, **more})

        put_a, put_b = call("put", "a", v=1), call("put", "b", v=2)
        self.record(answer, [put_a, call("get", "a"), put_b, call("get", "b"), call("peek", "a")])
        self.check([put_a, put_b, call("get", "b"), call("get", "b")],
                   ["200 {}", "200 {}", '200 {"v": 2}', '200 {"v": 2}'])
        # For all that is known it changes what is asked next.
        self.doubt([put_a, put_b, call("peek", "a"), call("peek", "a")])
        self.write("mock/rules/understudy.yaml", "pin: {service: api, request: POST / op=peek}\neffect: read\n")
        self.check([put_a, put_b, call("peek", "a"), call("peek", "a")],
                   ["200 {}", "200 {}", '200 {"v": 1}', '200 {"v": 1}'])

    def test_pins_that_say_nothing_are_errors(self):
        self.record(lambda *_: (200, {}), [get("/a")])
        for pin, says in (("pin: {service: api}\neffect: read\n", "of which request is not said"),
                          ("pin: {service: api, request: POST /}\neffect: maybe\n", "expected `read` or `write`"),
                          ("pin: {service: api}\nindependent: [/a]\n", "expected two paths"),
                          ("pin: {service: bpi}\nindependent: [/a, /b]\n", "does not name")):
            self.write("mock/rules/understudy.yaml", pin)
            self.expect(65, "compile", self.path("mock"), says=[says, "rules/understudy.yaml:"])


if __name__ == "__main__":
    main()

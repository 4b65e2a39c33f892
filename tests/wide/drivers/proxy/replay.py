#!/usr/bin/env python3
"""Each program once beside its server through `record --proxy`, then without it through `run --proxy`."""

import argparse
import contextlib
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent.parent
HOST = "api.understudy.test"
PROGRAMS = {
    "requests": ["/usr/bin/env", "python3", HERE / "program.py"],
    "node": ["node", HERE / "program.cjs"],
    "go": [os.environ.get("GO_PROGRAM", "proxy-go")],
    "java": ["java", "-cp", os.environ.get("JAVA_PROGRAM", "proxy-java"), "Program"],
    "curl": ["bash", HERE / "program.sh"],
}


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    items = {}

    def do_GET(self):
        item = self.items.get(self.path)
        self.answer(404 if item is None else 200, item or {"error": "there is none"})

    def do_POST(self):
        item = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.items["/items/2"] = {"id": 2, **item}
        self.answer(201, self.items["/items/2"])

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def api(folder):
    """Its URL, and the file of who vouches for it."""
    Api.items = {"/items/1": {"id": 1, "name": "a chair"}}
    certificate, key = folder / "api.pem", folder / "api.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", key, "-out", certificate],
                   check=True, stderr=subprocess.DEVNULL)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://{HOST}:{server.server_port}", certificate
    finally:
        server.shutdown()
        server.server_close()


def know_host(folder):
    """For this process and what it starts, whose mounts are its own."""
    hosts = folder / "hosts"
    hosts.write_text(pathlib.Path("/etc/hosts").read_text(encoding="utf-8") + f"\n127.0.0.1 {HOST}\n", encoding="utf-8")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def understudy(binary, *arguments):
    return subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "NO_PROXY": "", "no_proxy": ""})


def check(binary, name, command, folder):
    """What went wrong, or nothing."""
    mock_set = folder / name
    with api(folder) as (url, certificate):
        recorded = understudy(binary, "record", mock_set, "--map", f"api=0={url}/?cacert={certificate}", "--proxy", "0", "--",
                              *command, url)
    if recorded.returncode != 0 or recorded.stdout.count("a lamp") != 2:
        return f"record: status {recorded.returncode}\n{recorded.stdout}{recorded.stderr}"
    served = understudy(binary, "run", mock_set, "--strict", "--proxy", "0", "--", *command, url)
    if served.returncode != 0 or served.stdout != recorded.stdout:
        return f"run: status {served.returncode}\n{served.stdout}{served.stderr}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/release/src/cli/understudy"), help="the program under test")
    parser.add_argument("program", nargs="*", help="only these (default: all)")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory(prefix="understudy-proxy-") as temporary:
        folder = pathlib.Path(temporary)
        know_host(folder)
        os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
        understudy(options.binary, "ca")
        names = options.program or list(PROGRAMS)
        for name in names:
            problem = check(options.binary, name, PROGRAMS[name], folder)
            print(f"  {'FAILED' if problem else 'ok    '}  {name}\n{problem}".rstrip(), flush=True)
            failed += [name] if problem else []
    print(f"proxy-programs: {len(names) - len(failed)} passed, {len(failed)} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

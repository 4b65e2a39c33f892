#!/usr/bin/python3
"""The common HTTP scenario with requests; prints what it sees, dates and cookie values left out."""

import gzip
import os

import requests

BASE = f"http://{os.environ['HOST']}:{os.environ['PORT']}"
SHOWN = ["allow", "content-length", "content-range", "content-type", "etag", "location", "retry-after", "vary",
         "www-authenticate"]
session = requests.Session()


def show(answer):
    print(f"{answer.request.method} {answer.request.path_url} -> {answer.status_code} {answer.reason}")
    for name in SHOWN:
        # How a body is framed is the server's choice; to HEAD its length is all that is said of it.
        if name in answer.headers and (name != "content-length" or answer.request.method == "HEAD"):
            print(f"  {name}: {answer.headers[name]}")
    if "date" in answer.headers:
        print("  date: there")
    for cookie in sorted(answer.cookies, key=lambda one: one.name):
        print(f"  cookie: {cookie.name} at {cookie.path}")
    kind = answer.headers.get("content-type", "")
    if kind.startswith("image/"):
        print(f"  octets: {answer.content.hex()}")
    elif answer.content:
        print(f"  text: {answer.text!r}")
    if answer.content and kind.startswith("application/json"):
        print(f"  json: {answer.json()!r}")


def ask(method, path, **options):
    options.setdefault("allow_redirects", False)
    show(session.request(method, BASE + path, timeout=20, **options))


def charges():
    ask("GET", "/charges")
    ask("GET", "/balance")
    ask("POST", "/charges", json={"amount": 500, "currency": "eur"})
    ask("GET", "/balance")
    ask("POST", "/charges", json={"currency": "usd", "amount": 700})
    ask("POST", "/charges", json={"amount": 900, "card": "declined"})
    ask("POST", "/charges", json={"amount": -1})
    ask("POST", "/charges", data="{broken", headers={"Content-Type": "application/json"})
    ask("GET", "/charges/ch_1")
    ask("HEAD", "/charges/ch_1")
    ask("GET", "/charges", params={"status": "open", "limit": 1})
    ask("POST", "/charges/ch_1/capture")
    ask("GET", "/charges/ch_1")
    ask("GET", "/charges", params={"status": "open", "limit": 1})
    ask("PUT", "/charges/ch_2", json={"amount": 750})
    ask("GET", "/charges/ch_2")
    ask("GET", "/balance")
    ask("DELETE", "/charges/ch_2")
    ask("GET", "/charges/ch_2")
    ask("DELETE", "/charges/ch_2")
    ask("PATCH", "/charges/ch_1", json={})
    ask("GET", "/charges")


def bodies():
    ask("GET", "/report.csv")
    ask("GET", "/stream")
    ask("GET", "/until-the-end")
    ask("GET", "/logo.png")
    ask("GET", "/prices")
    ask("GET", "/old")
    ask("GET", "/old", allow_redirects=True)
    ask("POST", "/upload", files={"note": ("a.txt", b"some text", "text/plain")})
    ask("POST", "/import", data=gzip.compress(b"id,amount\n1,2\n", mtime=0),
        headers={"Content-Encoding": "gzip", "Content-Type": "text/csv"})


def fields():
    ask("GET", "/document")
    ask("GET", "/document", headers={"Range": "bytes=7-10"})
    ask("GET", "/document", headers={"If-None-Match": '"v1"'})
    ask("GET", "/greeting", headers={"Accept-Language": "de"})
    ask("GET", "/greeting", headers={"Accept-Language": "fr"})
    ask("GET", "/private")
    ask("GET", "/private", headers={"Authorization": "Bearer very-secret-token"})


def sessions():
    ask("GET", "/me")
    ask("POST", "/login", data={"user": "ann", "password": "wrong"})
    ask("GET", "/me")
    ask("POST", "/login", data={"user": "ann", "password": "correct horse"})
    ask("GET", "/me")


def errors():
    ask("GET", "/boom")
    ask("GET", "/teapot")
    ask("GET", "/nowhere/at%20all", params={"q": "a b&c"})


for part in (charges, bodies, fields, sessions, errors):
    part()

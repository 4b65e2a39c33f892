"""urllib3, with one PoolManager; it keeps no cookies, so this does."""

import concurrent.futures

import urllib3

import flow


class Client:
    def __init__(self):
        self.pool = urllib3.PoolManager(maxsize=4, timeout=20)
        self.cookies = {}

    def answer(self, response):
        for cookie in response.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies = {**self.cookies, name: value} if value else {}
        return flow.Answer(response.status, response.headers, response.data)

    def send(self, method, url, headers, json=None, form=None, files=None):
        body = {}
        if json is not None:
            body = {"json": json}
        elif files:
            body = {"fields": {**form, files[0]: files[1:]}}
        elif form:
            body = {"fields": form, "encode_multipart": False}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers["Accept-Encoding"] = "gzip, deflate"
        return self.answer(self.pool.request(method, url, headers=headers, **body))

    def retry(self, url):
        retries = urllib3.Retry(total=3, status_forcelist=[503, 429], backoff_factor=0)
        return self.answer(self.pool.request("GET", url, retries=retries))

    def lines(self, url):
        response = self.pool.request("GET", url, preload_content=False)
        text = "".join(chunk.decode() for chunk in response.stream(7))
        response.release_conn()
        return text.split("\n")[:-1]

    def together(self, urls):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda url: self.answer(self.pool.request("GET", url)), urls))


flow.run(Client())

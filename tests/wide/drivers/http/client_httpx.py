"""httpx: a Client that keeps connections and cookies, and an AsyncClient for what runs at the same time."""

import asyncio
import time

import httpx

import flow


class Client:
    def __init__(self):
        self.client = httpx.Client(follow_redirects=True, timeout=20)

    @staticmethod
    def answer(response):
        return flow.Answer(response.status_code, response.headers, response.content)

    def send(self, method, url, headers, json=None, form=None, files=None):
        parts = files and {files[0]: files[1:]}
        return self.answer(self.client.request(method, url, headers=headers, json=json, data=form, files=parts))

    def retry(self, url):
        for _ in range(3):
            response = self.client.get(url)
            if response.status_code not in (429, 503):
                break
            time.sleep(float(response.headers.get("Retry-After", 0)))
        return self.answer(response)

    def lines(self, url):
        with self.client.stream("GET", url, headers={"Accept": "text/event-stream"}) as response:
            yield from response.iter_lines()

    def together(self, urls):
        async def all_of_them():
            async with httpx.AsyncClient(timeout=20) as client:
                return await asyncio.gather(*map(client.get, urls))

        return map(self.answer, asyncio.run(all_of_them()))


flow.run(Client())

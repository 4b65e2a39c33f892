"""aiohttp: one ClientSession with its cookie jar, which keeps cookies of addresses only if it is told to."""

import asyncio

import aiohttp

import flow


class Client:
    def __init__(self, loop, session):
        self.loop = loop
        self.session = session

    def wait(self, awaitable):
        return self.loop.run_until_complete(awaitable)

    async def ask(self, method, url, **options):
        async with self.session.request(method, url, **options) as response:
            return flow.Answer(response.status, response.headers, await response.read())

    def send(self, method, url, headers, json=None, form=None, files=None):
        if files:
            parts = aiohttp.FormData(form)
            parts.add_field(files[0], files[2], filename=files[1])
            form = parts
        return self.wait(self.ask(method, url, headers=headers, json=json, data=form))

    def retry(self, url):
        for _ in range(3):
            answer = self.wait(self.ask("GET", url))
            if answer.status not in (429, 503):
                break
            self.wait(asyncio.sleep(float(answer.headers.get("Retry-After", 0))))
        return answer

    def lines(self, url):
        async def read():
            async with self.session.get(url) as response:
                return [line.decode().rstrip("\n") async for line in response.content]

        return self.wait(read())

    def together(self, urls):
        async def all_of_them():
            return await asyncio.gather(*(self.ask("GET", url) for url in urls))

        return self.wait(all_of_them())


async def session():
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(20))


loop = asyncio.new_event_loop()
client = Client(loop, loop.run_until_complete(session()))
flow.run(client)
loop.run_until_complete(client.session.close())

"""requests, with a Session and urllib3's retries."""

import concurrent.futures

import requests
import requests.adapters
import urllib3

import flow


class Client:
    def __init__(self):
        self.session = requests.Session()
        retries = urllib3.Retry(total=3, status_forcelist=[503, 429], backoff_factor=0)
        self.retrying = requests.Session()
        self.retrying.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))

    @staticmethod
    def answer(response):
        return flow.Answer(response.status_code, response.headers, response.content)

    def send(self, method, url, headers, json=None, form=None, files=None):
        parts = files and {files[0]: files[1:]}
        return self.answer(self.session.request(method, url, headers=headers, json=json, data=form, files=parts, timeout=20))

    def retry(self, url):
        return self.answer(self.retrying.get(url, timeout=20))

    def lines(self, url):
        with self.session.get(url, stream=True, timeout=20) as response:
            yield from response.iter_lines(decode_unicode=True)

    def together(self, urls):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda url: self.answer(requests.get(url, timeout=20)), urls))


flow.run(Client())

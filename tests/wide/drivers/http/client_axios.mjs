// axios, with its adapter for Node.

import { pathToFileURL } from 'node:url';
import { linesOf, retried, run } from './flow.mjs';

const { default: axios } = await import(pathToFileURL(`${process.env.MODULES}/axios/index.js`));
const client = axios.create({ responseType: 'arraybuffer', validateStatus: () => true, timeout: 20000 });

const answerOf = ({ status, headers, data }) => ({
  status,
  headers: (name) => [headers[name.toLowerCase()]].flat()[0],
  octets: Buffer.from(data),
});
const get = async (url) => answerOf(await client.get(url));

function dataOf({ json, form, file }) {
  if (json !== undefined) return json;
  if (!file) return form && new URLSearchParams(form);
  const parts = new FormData();
  for (const [name, value] of Object.entries(form)) parts.append(name, value);
  parts.append(file.field, new Blob([file.octets]), file.name);
  return parts;
}

await run({
  send: async ({ method, url, headers, ...body }) => answerOf(await client.request({ method, url, headers, data: dataOf(body) })),
  retry: (url) => retried(() => get(url)),
  lines: async function* lines(url) {
    yield* linesOf((await client.get(url, { responseType: 'stream' })).data);
  },
  together: (urls) => Promise.all(urls.map(get)),
});

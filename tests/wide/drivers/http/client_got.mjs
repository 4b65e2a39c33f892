// got, with its own retries.

import { pathToFileURL } from 'node:url';
import { linesOf, run } from './flow.mjs';

const { default: got } = await import(pathToFileURL(`${process.env.MODULES}/got/dist/source/index.js`));
const client = got.extend({ responseType: 'buffer', throwHttpErrors: false, retry: { limit: 0 }, timeout: { request: 20000 } });

const answerOf = ({ statusCode, headers, body }) => ({
  status: statusCode,
  headers: (name) => [headers[name.toLowerCase()]].flat()[0],
  octets: body,
});

function bodyOf({ json, form, file }) {
  if (json !== undefined) return { json };
  if (!file) return form ? { form } : {};
  const parts = new FormData();
  for (const [name, value] of Object.entries(form)) parts.append(name, value);
  parts.append(file.field, new Blob([file.octets]), file.name);
  return { body: parts };
}

await run({
  send: async ({ method, url, headers, ...body }) => answerOf(await client(url, { method, headers, ...bodyOf(body) })),
  retry: async (url) => answerOf(await client(url, { retry: { limit: 2, backoffLimit: 10 } })),
  lines: (url) => linesOf(client.stream(url)),
  together: async (urls) => (await Promise.all(urls.map((url) => client(url)))).map(answerOf),
});

// Node's own fetch (undici).

import { linesOf, retried, run } from './flow.mjs';

async function ask(url, options) {
  const response = await fetch(url, options);
  return { status: response.status, headers: (name) => response.headers.get(name), octets: Buffer.from(await response.arrayBuffer()) };
}

function bodyOf({ headers, json, form, file }) {
  if (json !== undefined) {
    headers['Content-Type'] = 'application/json';
    return JSON.stringify(json);
  }
  if (!file) return form && new URLSearchParams(form);
  const parts = new FormData();
  for (const [name, value] of Object.entries(form)) parts.append(name, value);
  parts.append(file.field, new Blob([file.octets]), file.name);
  return parts;
}

await run({
  send: ({ method, url, ...rest }) => ask(url, { method, body: bodyOf(rest), headers: rest.headers }),
  retry: (url) => retried(() => ask(url)),
  lines: async function* lines(url) {
    yield* linesOf((await fetch(url, { headers: { Accept: 'text/event-stream' } })).body);
  },
  together: (urls) => Promise.all(urls.map((url) => ask(url))),
});

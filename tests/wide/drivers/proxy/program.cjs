const https = require('https');

const ask = (method, path, body) => new Promise((done, failed) => {
  const text = body ? JSON.stringify(body) : '';
  const headers = body ? {'Content-Type': 'application/json', 'Content-Length': text.length} : {};
  const request = https.request(process.argv[2] + path, {method, headers, timeout: 20000}, answer => {
    let told = '';
    answer.on('data', part => told += part).on('end', () => done(`${answer.statusCode} ${told}`));
  });
  request.on('error', failed);
  request.end(text);
});

(async () => {
  for (const [method, path, body] of [['GET', '/items/1'], ['POST', '/items', {name: 'a lamp'}], ['GET', '/items/2']])
    console.log(await ask(method, path, body));
})().catch(problem => { console.error(problem); process.exit(1); });

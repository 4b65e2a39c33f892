// Deals the cases in random order to workers that run at once, as parallel test runners do:
//
//   node test/shuffled.js [--seed N] [--workers N] [--scopes]
//
// With --scopes each worker has an Understudy scope of its own: w1, w2 and so on.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '4' },
    scopes: { type: 'boolean', default: false },
  },
});
const suite = fileURLToPath(new URL('shop.test.js', import.meta.url));

/** Whether the cases of one worker pass; prints what it said once it has ended. */
function work(number) {
  const env = {
    ...process.env,
    TEST_SEED: options.seed,
    TEST_SHARE: `${number}/${options.workers}`,
    ...(options.scopes && { SCOPE: `w${number}` }),
  };
  const worker = spawn(process.execPath, ['--test', '--test-reporter=spec', suite], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('close', (status) => {
      process.stdout.write(`worker ${number} of ${options.workers}, seed ${options.seed}\n${Buffer.concat(said)}`);
      resolve(status === 0);
    });
  });
}

const numbers = Array.from({ length: Number(options.workers) }, (_, index) => index + 1);
const passed = await Promise.all(numbers.map(work));
process.exitCode = passed.every(Boolean) ? 0 : 1;

// Where the shop takes the time and fresh names from. The tests pass a clock that stands still
// between calls and ids that count, so that every run of a case says the same things to the databases.
import { randomUUID } from 'node:crypto';

export const systemClock = { now: () => new Date() };
export const randomIds = { next: (kind) => `${kind}_${randomUUID()}` };

export function steppingClock(start, stepSeconds = 1) {
  let time = Date.parse(start);
  return { now: () => new Date((time += stepSeconds * 1000)) };
}

export function countingIds(prefix) {
  const counts = new Map();
  return {
    next(kind) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return `${kind}_${prefix}_${String(count).padStart(4, '0')}`;
    },
  };
}

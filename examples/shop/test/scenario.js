// The list of cases. Each stands for itself: with a customer, products and Redis keys of its own, a clock that
// starts anew and ids that carry its name, it says the same things to the databases whatever ran before it.
import { randomOrder } from './random-order.js';

const scenarios = [];

const slugOf = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** Adds a case; `play` is called with the e-mail address that is its own. */
export function scenario(name, play) {
  const slug = slugOf(name);
  if (scenarios.some((other) => other.slug === slug)) throw new Error(`two cases are called ${slug}`);
  scenarios.push({ name, slug, play });
}

/**
 * All cases in the order of their files; with TEST_SEED in another one, with TEST_SHARE="2/4" the second quarter of
 * them.
 */
export function scenariosToPlay({ TEST_SEED: seed, TEST_SHARE: share = '1/1' }) {
  const [mine, all] = share.split('/').map(Number);
  const ordered = seed === undefined ? scenarios : randomOrder(scenarios, Number(seed));
  return ordered.filter((_, index) => index % all === mine - 1);
}

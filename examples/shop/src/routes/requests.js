// What the routes read from a request.
import { notFound, unauthorised } from '../errors.js';

export const tokenOf = (request) => /^Bearer (\S+)$/.exec(request.get('authorization') ?? '')?.[1];

export async function loggedIn(sessions, request) {
  const token = tokenOf(request);
  if (!token) throw unauthorised();
  return sessions.read(token);
}

export function idOf(request) {
  const { id } = request.params;
  if (!/^\d{1,9}$/.test(id)) throw notFound(id);
  return Number(id);
}

/** Pages count from 1 and hold 1 to 50 items. */
export function pageOf(request) {
  const atLeastOne = (text, otherwise) => Math.max(1, Number.parseInt(text, 10) || otherwise);
  return { page: atLeastOne(request.query.page, 1), size: Math.min(50, atLeastOne(request.query.size, 10)) };
}

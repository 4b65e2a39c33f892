// The ways in which the shop says no, each with its HTTP status.

export class ShopError extends Error {
  constructor(status, code, message, details = undefined) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

export const notFound = (what) => new ShopError(404, 'not_found', `${what} does not exist`);
export const invalid = (message) => new ShopError(422, 'invalid', message);
export const conflict = (code, message) => new ShopError(409, code, message);
export const unauthorised = () => new ShopError(401, 'unauthorised', 'log in first');
export const outOfStock = (sku, wanted, available) =>
  new ShopError(409, 'out_of_stock', `only ${available} of ${sku} left`, { sku, wanted, available });
export const paymentRefused = (code, message) => new ShopError(402, code, message);

/** Express error handler: a ShopError as it is, anything else as a 500 without its insides. */
export function sendError(error, _request, response, next) {
  if (response.headersSent) return next(error);
  const known = error instanceof ShopError;
  const { status, code, message, details } = known
    ? error
    : { status: error.status ?? 500, code: 'internal', message: 'something went wrong' };
  if (status >= 500) console.error(error);
  response.status(status).json({ error: { code, message, ...details } });
}

// Amounts travel as decimal text ("19.90") and are added up in cents.

export const toCents = (amount) => Math.round(Number(amount) * 100);
export const fromCents = (cents) => (cents / 100).toFixed(2);
export const isAmount = (amount) => /^\d{1,8}\.\d{2}$/.test(amount ?? '');

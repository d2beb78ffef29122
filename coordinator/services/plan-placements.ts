export function planPlacements(): never {
  throw new Error('pending');
}

/** Finds the most similar name for a misspelled one. */

/** Maximum edit distance. It is also at most a third of the typed length. */
const EDITS_MAX = 3;

/** The most similar name, or undefined if none is similar. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.min(EDITS_MAX, Math.floor(typed.length / 3)) + 1;
  for (const name of names) {
    const edits = editCount(typed.toLowerCase(), name.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [name, edits];
  }
  return nearest;
}

/** The edit distance of two strings: added, removed or replaced letters. */
function editCount(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/**
 * Escapes the characters in a JSON text that Go escapes and JavaScript does not (encoding/json, HTMLEscape). The API server keeps
 * some bytes as they were sent, and programs compare them.
 */
export function escapeLikeGo(json: string): string {
  return json.replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

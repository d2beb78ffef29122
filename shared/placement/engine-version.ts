/**
 * Version of the placement rules. Increment it whenever the verdict of any pair can change. The journal stores
 * it with every decision, and a coordinator that starts with a different version evaluates all pairs again.
 */
export const PLACEMENT_ENGINE_VERSION = '1';

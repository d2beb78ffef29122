/**
 * Version of the placement rules. Raise it whenever any pair could be decided differently than
 * before: the journal keeps it beside every decision, and a coordinator that starts with another
 * one decides everything afresh.
 */
export const PLACEMENT_ENGINE_VERSION = '1';

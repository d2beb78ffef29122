/** How much of a manifest is read. Each limit keeps one bad file from holding up everything else. */

/** JSON is read at some 100 MB a second: the nodes of a cluster of ten thousand, printed with `-o json`, fit. */
export const JSON_BYTES_MAX = 128 * 1024 * 1024;

/** YAML is read at some 3 MB a second and takes fifty times its size in memory; larger dumps belong in JSON. */
export const YAML_BYTES_MAX = 8 * 1024 * 1024;

/** Each bracket, comma or quote of YAML may cost a kilobyte while it is parsed: what is made of nothing else is refused. */
export const YAML_INDICATORS_MAX = 1_000_000;

/** Deeper than any Kubernetes object by far, and shallow enough for every recursion over it. */
export const NESTING_DEPTH_MAX = 100;

/** Nodes that aliases may stand for: hand-written anchors need a few, an alias bomb billions. */
export const ALIASED_NODES_MAX = 10_000;

/** Problems of one file that are listed; a file with more is of another kind altogether. */
export const PROBLEMS_MAX = 100;

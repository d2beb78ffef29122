/** Limits for reading manifests. Each limit prevents one bad file from delaying everything else. */

/** JSON is parsed at about 100 MB/s. The limit is sufficient for the nodes of a cluster with 10,000 nodes (`kubectl get nodes -o json`). */
export const JSON_BYTES_MAX = 128 * 1024 * 1024;

/** YAML is parsed at about 3 MB/s and needs fifty times its size in memory. Use JSON for larger dumps. */
export const YAML_BYTES_MAX = 8 * 1024 * 1024;

/** Each bracket, comma or quote of YAML can need a kilobyte of memory during parsing. */
export const YAML_INDICATORS_MAX = 1_000_000;

/** Deeper than any Kubernetes object, and shallow enough for recursion. */
export const NESTING_DEPTH_MAX = 100;

/** Maximum number of YAML nodes that aliases expand to. Manifests need a few, an alias bomb billions. */
export const ALIASED_NODES_MAX = 10_000;

/** Maximum number of problems that are listed for one file. */
export const PROBLEMS_MAX = 100;

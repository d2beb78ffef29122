/** Shortens long lists to their most important items and the number of the others. */
import { plural } from '../../shared/plural.ts';

/** Large clusters have dozens of combinations of taints and labels for each verdict, most of them on a few nodes. */
const GROUPS_OF_A_KIND_MAX = 6;

interface Group {
  readonly nodes: readonly string[];
}

export interface ShownGroups<Kind extends Group> {
  readonly shown: readonly Kind[];
  /** One line about the omitted groups; `''` if there are none. */
  readonly more: string;
}

/** `groups` are ordered by importance within each kind; `kindOf` returns the kind of a group. */
export function shownGroups<Kind extends Group>(
  groups: readonly Kind[],
  kindOf: (group: Kind) => string,
  wide: boolean,
): ShownGroups<Kind> {
  if (wide) return { shown: groups, more: '' };
  const seen = new Map<string, number>();
  const shown = groups.filter((group) => {
    const kind = kindOf(group);
    const place = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, place);
    return place <= GROUPS_OF_A_KIND_MAX;
  });
  const hidden = groups.filter((group) => !shown.includes(group));
  if (hidden.length === 0) return { shown, more: '' };
  const nodes = hidden.reduce((sum, group) => sum + group.nodes.length, 0);
  return {
    shown,
    more: `  and ${plural(hidden.length, 'more combination')} of reasons on ${plural(nodes, 'node')}; use -o wide to list all\n`,
  };
}

/** Number of names that fit on a line. */
const NAMES_MAX = 5;

export function nodeNames(names: readonly string[], wide: boolean): string {
  if (wide || names.length <= NAMES_MAX + 1) return names.join(', ');
  return `${names.slice(0, NAMES_MAX).join(', ')} and ${names.length - NAMES_MAX} more`;
}

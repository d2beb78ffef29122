/** Keeps long lists of groups readable: the largest of each kind, and how many more there are. */
import { plural } from '../../shared/plural.ts';

/** Taints and labels combine: a large cluster has dozens of combinations for each verdict, most of a few nodes. */
const GROUPS_OF_A_KIND_MAX = 6;

interface Group {
  readonly nodes: readonly string[];
}

export interface ShownGroups<Kind extends Group> {
  readonly shown: readonly Kind[];
  /** One line about the others; `''` where all are shown. */
  readonly more: string;
}

/** `groups` come with the most important of each kind first; `kindOf` tells the kinds apart. */
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
    more: `  and ${plural(hidden.length, 'more combination')} of reasons on ${plural(nodes, 'node')}; -o wide lists them all\n`,
  };
}

/** So many fit on a line beside their reason. */
const NAMES_MAX = 5;

export function nodeNames(names: readonly string[], wide: boolean): string {
  if (wide || names.length <= NAMES_MAX + 1) return names.join(', ');
  return `${names.slice(0, NAMES_MAX).join(', ')} and ${names.length - NAMES_MAX} more`;
}

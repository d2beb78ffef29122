/**
 * Access to decoded objects, whose known fields have the correct types (../schema/field-type.ts). As in the API
 * server, an absent field reads as the zero value of Go.
 */

/** A decoded object. */
export type Decoded = Readonly<Record<string, unknown>>;

export function text(object: Decoded, field: string): string {
  return (object[field] as string | undefined) ?? '';
}

export function integer(object: Decoded, field: string): number {
  return (object[field] as number | undefined) ?? 0;
}

/** For fields where 0 and absent differ. */
export function optionalInteger(object: Decoded, field: string): number | undefined {
  return object[field] as number | undefined;
}

export function flag(object: Decoded, field: string): boolean {
  return (object[field] as boolean | undefined) ?? false;
}

export function child(object: Decoded, field: string): Decoded | undefined {
  return object[field] as Decoded | undefined;
}

export function items(object: Decoded, field: string): readonly Decoded[] {
  return (object[field] as readonly Decoded[] | undefined) ?? [];
}

export function texts(object: Decoded, field: string): readonly string[] {
  return (object[field] as readonly string[] | undefined) ?? [];
}

export function textMap(object: Decoded, field: string): Readonly<Record<string, string>> {
  return (object[field] as Readonly<Record<string, string>> | undefined) ?? {};
}

/** Quantities as written in the manifest. */
export function quantities(object: Decoded, field: string): readonly (readonly [string, string | number])[] {
  return Object.entries((object[field] as Readonly<Record<string, string | number>> | undefined) ?? {});
}

/** Lists the methods of a service's classes, from which ports are made. */

/** The methods of an object, without its other members. */
export type Methods<Service> = {
  [Name in keyof Service as Service[Name] extends (...args: never[]) => unknown ? Name : never]: Service[Name];
};

/** The names of all methods of a class. */
export function methodNames<Service extends object>(
  type: new (...args: never[]) => Service,
): readonly (keyof Methods<Service> & string)[] {
  const members = Object.entries(Object.getOwnPropertyDescriptors(type.prototype));
  const methods = members.filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function');
  return methods.map(([name]) => name) as (keyof Methods<Service> & string)[];
}

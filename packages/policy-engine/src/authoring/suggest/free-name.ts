import { objectName } from '../templates/object-name.ts';

/** Names of objects have at most so many characters here. */
const LONGEST = 63;

/** A name for an object made of parts; with a number at its end where it is taken. */
export function freeName(parts: readonly string[], taken: ReadonlySet<string>): string {
  const wanted = objectName(...parts);
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) {
    const suffix = `-${count}`;
    name = objectName(wanted.slice(0, LONGEST - suffix.length) + suffix);
  }
  return name;
}

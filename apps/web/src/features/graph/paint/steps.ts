/**
 * Painting that can be left and gone on with: it stops after each few milliseconds of work, of which most is done by the
 * browser once a task has ended, and so isn't seen by a clock.
 */
export type Steps = Generator<undefined, void, undefined>;

/** Does something with each of them, and stops after every so many. */
export function* inSteps<Thing>(things: Iterable<Thing>, many: number, paint: (thing: Thing) => void): Steps {
  let count = 0;
  for (const thing of things) {
    paint(thing);
    count++;
    if (count % many === 0) yield;
  }
}

/** Does all of it at once. */
export function finish(steps: Steps): void {
  while (steps.next().done !== true);
}

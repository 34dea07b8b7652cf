/** What the process says when it ends. Part of the documented interface: scripts rely on these numbers. */
export const EXIT = {
  ok: 0,
  /** An invariant does not hold, a finding is not accepted, or a `--fail-on` condition is met. */
  failed: 1,
  /** The command line itself is wrong: an unknown option, a name that nothing has. */
  usage: 2,
  /** A file, a directory, a revision or a cluster could not be read, so there is no answer. */
  unreadable: 3,
  /** A defect of this program. */
  internal: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

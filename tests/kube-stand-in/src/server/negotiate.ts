import { notAcceptable, StatusError } from '../status.ts';

/** In what form an answer is wanted (`Accept`), as far as this server can give it. */
export interface Form {
  readonly yaml: boolean;
  /** The `as=` parameter, such as `Table`; empty for the objects themselves. */
  readonly as: string;
}

export const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function mediaRanges(accept: string): readonly MediaRange[] {
  const ranges = accept.split(',').map((text) => {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0) parameters.set(parameter.slice(0, equals), parameter.slice(equals + 1));
    }
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (range: MediaRange) => Number(range.parameters.get('q') ?? '1');
  return ranges.sort((a, b) => quality(b) - quality(a));
}

/**
 * The first acceptable form. `transforms` are the `as=` kinds offered with the group that defines them; a range that
 * asks for another is passed over. Throws 406 when nothing fits; protobuf is never offered.
 */
export function negotiate(
  accept: string | undefined,
  transforms: { readonly group: string; readonly version: string; readonly kinds: readonly string[] },
): Form {
  if (accept === undefined || accept.trim() === '') return { yaml: false, as: '' };
  for (const range of mediaRanges(accept)) {
    const json = ['application/json', 'application/*', '*/*'].includes(range.type);
    const yaml = range.type === 'application/yaml';
    if (!json && !yaml) continue;
    const as = range.parameters.get('as') ?? '';
    if (as === '') return { yaml, as };
    const offered =
      transforms.kinds.includes(as) &&
      range.parameters.get('g') === transforms.group &&
      range.parameters.get('v') === transforms.version;
    if (offered) return { yaml, as };
  }
  throw new StatusError(notAcceptable(MEDIA_TYPES));
}

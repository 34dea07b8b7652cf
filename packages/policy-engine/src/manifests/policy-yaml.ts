import { stringify } from 'yaml';
import { keyPosition } from '../authoring/yaml/key-order.ts';
import { isObject } from '../input/reading.ts';
import type { PolicyRecord } from '../model/records.ts';

/**
 * A policy as people would write it: `apiVersion`, `kind`, `metadata` with name, namespace, labels and annotations,
 * `spec`; no status and nothing that a server added to the metadata. Field order is the usual one, maps of labels keep theirs. For a policy
 * that was read from text prefer `policy.text`, which has its comments.
 */
export function policyYaml(policy: PolicyRecord): string {
  const { apiVersion, kind, namespace, name, labels, annotations, spec } = policy;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const object = {
    apiVersion,
    kind,
    metadata,
    ...(spec === undefined ? {} : { spec: ordered(spec, 'spec', 0) }),
  };
  // Aliases would be valid, but nobody writes a policy so; YAML 1.1 is what kubectl reads.
  return stringify(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 });
}

/** Specs of policies have less than ten levels; a hostile one may have any number. */
const DEEPEST = 50;

function ordered(value: unknown, key: string, depth: number): unknown {
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((item) => ordered(item, key, depth + 1));
  if (!isObject(value)) return value;
  const names: string[] = [];
  for (const name of Object.keys(value)) names.splice(keyPosition(names, name, key), 0, name);
  return new Map(names.map((name) => [name, ordered(value[name], name, depth + 1)]));
}

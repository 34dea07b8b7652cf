import { assertionText, type Cluster, type InvariantResult, type Violation } from '@bulkhead/policy-engine';
import type { Report, ReportItem } from '../report/report.ts';
import { policyOf } from './explanations.ts';
import { jsonText } from './json.ts';

/** `bulkhead check -o json`. */
export function checkDocument(
  cluster: Cluster,
  subject: string,
  results: readonly InvariantResult[],
  report: Report,
  options: { readonly allowUnknown: boolean },
): string {
  return jsonText({
    schemaVersion: 1,
    subject,
    passed: !report.items.some((item) => item.fails),
    allowUnknown: options.allowUnknown,
    invariants: results.map((result, index) => ({
      name: result.invariant.name,
      ...(result.invariant.reason === undefined ? {} : { reason: result.invariant.reason }),
      assertion: assertionText(result.invariant.assertion),
      status: result.status,
      fails: report.items[index]?.fails === true,
      message: report.items[index]?.message ?? '',
      violationCount: result.violationCount,
      violations: result.violations.map((violation) => violationValue(cluster, violation)),
      locations: locationsOf(report.items[index]),
    })),
    problems: report.problems,
  });
}

function violationValue(cluster: Cluster, violation: Violation): unknown {
  switch (violation.type) {
    case 'pair':
      return {
        type: violation.type,
        source: violation.source,
        target: violation.target,
        verdict: violation.verdict,
        ports: violation.connections.ports,
        other: violation.connections.other,
        example:
          violation.example.protocol === 'other'
            ? { protocol: 'other' }
            : { protocol: violation.example.protocol, port: violation.example.port },
      };
    case 'not-isolated':
      return violation;
    case 'finding': {
      const { code, severity, message, policy, path, namespace, evidence, workloads } = violation.finding;
      const known = policy === undefined ? undefined : cluster.policies.get(policy);
      return {
        type: violation.type,
        code,
        severity,
        message,
        ...(known === undefined || policy === undefined ? {} : { policy: policyOf(policy) }),
        ...(path === undefined ? {} : { path }),
        ...(namespace === undefined ? {} : { namespace }),
        evidence,
        workloads,
      };
    }
  }
}

function locationsOf(item: ReportItem | undefined): unknown {
  return (item?.locations ?? []).map(({ file, line, endLine, label }) => ({
    file,
    line,
    ...(endLine === undefined ? {} : { endLine }),
    ...(label === undefined ? {} : { label }),
  }));
}

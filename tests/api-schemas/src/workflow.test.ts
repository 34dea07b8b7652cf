import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { verificationWorkflow } from '@bulkhead/policy-engine';
import { expect, it } from 'vitest';

/** What GitHub's own reader has against a workflow. */
function problems(content: string): readonly string[] {
  const { context } = parseWorkflow({ name: 'verify.yaml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

it('a verification comes as a workflow that GitHub takes', () => {
  const kinds = ['ClusterNetworkPolicy', 'AdminNetworkPolicy'] as const;
  for (const policies of [
    [],
    kinds.map((kind) => ({ apiVersion: 'policy.networking.k8s.io/v1alpha1', kind, name: 'x', spec: {} })),
  ]) {
    const plan = { namespaces: [], pods: [], policies, probes: [], notes: [] };
    const text = verificationWorkflow(plan, "net pol/it's.sh");
    expect(problems(text), text).toEqual([]);
    expect(problems(text.replace('runs-on', 'run-on'))).not.toEqual([]);
    expect(problems(text.replace('timeout-minutes: 30', 'timeout-minutes: soon'))).not.toEqual([]);
  }
});

import type { KeyboardEvent, ReactNode } from 'react';
import { useEngineQuery, useSession } from '../data/engine.ts';
import { PinsPanel } from '../features/draft/index.ts';
import { FindingsPanel } from '../features/findings/FindingsPanel.tsx';
import { PoliciesPanel } from '../features/policies/PoliciesPanel.tsx';
import { WorkloadsPanel } from '../features/workloads/WorkloadsPanel.tsx';
import { Icon, type IconName } from '../shared/icons.tsx';
import { findingsRequest } from '../worker/explore/requests.ts';
import type { Rail, Route } from './contracts.ts';
import { navigate } from './route.ts';

const RAILS: readonly { readonly rail: Rail; readonly label: string; readonly icon: IconName }[] = [
  { rail: 'workloads', label: 'Workloads', icon: 'workloads' },
  { rail: 'policies', label: 'Policies', icon: 'policies' },
  { rail: 'findings', label: 'Findings', icon: 'findings' },
  { rail: 'invariants', label: 'Invariants', icon: 'invariants' },
];

/** The lists at the left: a click on the open one folds it away. */
export function RailNav({ route }: { readonly route: Route }): ReactNode {
  const { diagnostics } = useSession();
  const { data } = useEngineQuery(findingsRequest, null);
  const problems =
    diagnostics.filter((entry) => entry.severity !== 'info').length +
    (data ?? []).filter((entry) => entry.severity !== 'info').length;
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const index = buttons.findIndex((button) => button.matches(':focus'));
    buttons[(index + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <nav className="rail" aria-label="Lists">
      <div className="rail-icons" role="tablist" aria-orientation="vertical" onKeyDown={move}>
        {RAILS.map(({ rail, label, icon }, index) => (
          <button
            key={rail}
            type="button"
            role="tab"
            aria-selected={route.rail === rail}
            aria-label={label}
            title={label}
            tabIndex={route.rail === rail || (route.rail === null && index === 0) ? 0 : -1}
            onClick={() => navigate({ rail: route.rail === rail ? null : rail }, { replace: true })}
          >
            <Icon name={icon} size={18} />
            {rail === 'findings' && problems > 0 ? (
              <span className="mark">{problems > 99 ? '99+' : problems}</span>
            ) : null}
          </button>
        ))}
      </div>
      {route.rail === null ? null : (
        <div
          className="rail-panel"
          role="tabpanel"
          aria-label={RAILS.find(({ rail }) => rail === route.rail)?.label}
        >
          {route.rail === 'workloads' ? <WorkloadsPanel route={route} /> : null}
          {route.rail === 'policies' ? <PoliciesPanel route={route} /> : null}
          {route.rail === 'findings' ? <FindingsPanel /> : null}
          {route.rail === 'invariants' ? <PinsPanel /> : null}
        </div>
      )}
    </nav>
  );
}

import type { ReactNode } from 'react';
import type { Route, TableTab } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { Tabs } from '../../shared/ui.tsx';
import { ConnectionsTable } from './ConnectionsTable.tsx';
import { PoliciesTable } from './PoliciesTable.tsx';
import { WorkloadsTable } from './WorkloadsTable.tsx';

/** The same facts as rows; also how a screen reader uses the graph. */
export function TableView({ route }: { readonly route: Route }): ReactNode {
  return (
    <div className="table-view">
      <Tabs<TableTab>
        label="Tables"
        value={route.tab}
        onChange={(tab) => navigate({ tab, sort: '', find: '' })}
        tabs={[
          { value: 'connections', label: 'Connections' },
          { value: 'workloads', label: 'Workloads' },
          { value: 'policies', label: 'Policies' },
        ]}
      >
        {route.tab === 'connections' ? <ConnectionsTable route={route} /> : null}
        {route.tab === 'workloads' ? <WorkloadsTable route={route} /> : null}
        {route.tab === 'policies' ? <PoliciesTable route={route} /> : null}
      </Tabs>
    </div>
  );
}

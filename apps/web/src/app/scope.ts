import { parseSelectorText } from '@bulkhead/policy-engine';
import { useMemo } from 'react';
import { parsePorts } from '../shared/ports.ts';
import type { ViewScope } from '../worker/explore/requests.ts';
import type { Route } from './contracts.ts';

/** What the route's filters mean to the worker. A label selector that can't be read filters nothing. */
export function scopeOf(route: Route): ViewScope {
  const parsed = parseSelectorText(route.labels);
  return {
    filter: {
      scope: route.scope,
      labels: 'selector' in parsed ? parsed.selector : [],
      kinds: route.kinds,
      isolation: route.isolation,
    },
    // Changes are shown whatever the filter says of verdicts.
    verdicts: showsOnlyChanges(route) ? [] : route.verdicts,
    ports: parsePorts(route.ports),
    toggled: route.toggled,
  };
}

export function useScope(route: Route): ViewScope {
  return useMemo(() => scopeOf(route), [route]);
}

/** Whether all that the draft does not change is left out. Without a draft nothing would be left. */
export function showsOnlyChanges(route: Route): boolean {
  return route.onlyChanges && route.draft !== null;
}

/** Whether the route filters anything but the namespaces in scope. */
export function isFiltered(route: Route): boolean {
  return (
    route.labels !== '' ||
    route.ports.length > 0 ||
    route.kinds.length > 0 ||
    route.isolation !== 'any' ||
    route.verdicts.length < 2
  );
}

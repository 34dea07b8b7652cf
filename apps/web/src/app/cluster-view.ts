import type { Route } from './contracts.ts';
import { formatRoute, HOME, navigate, parseRoute } from './route.ts';

const KEY = 'bulkhead.view.';

/** Keeps how a cluster is looked at, to be found again when one comes back to it. */
export function rememberView(cluster: string, route: Route): void {
  try {
    localStorage.setItem(KEY + cluster, formatRoute({ ...route, cluster: null }));
  } catch {
    // A browser that keeps nothing forgets the view.
  }
}

/** How a cluster was looked at last; one that was never opened is looked at from the start. */
export function viewOf(cluster: string): Route {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY + cluster);
  } catch {
    // See `rememberView`.
  }
  return { ...(kept === null ? HOME : parseRoute(kept)), cluster };
}

/** Goes to another cluster, and to the view one had of it. */
export function switchCluster(cluster: string): void {
  navigate(viewOf(cluster));
}

import { useEffect } from 'react';
import type { Route } from './contracts.ts';
import { navigate } from './route.ts';

/** Whether a key press belongs to a field, so that letters must be left alone. */
function inField(event: KeyboardEvent): boolean {
  const { target } = event;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input, textarea, select, [contenteditable="true"], dialog') !== null)
  );
}

/** Keys that work everywhere: Ctrl/⌘ K, `/`, 1 to 3 for the views, Escape. */
export function useShortcuts(route: Route, openPalette: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || inField(event)) return;
      switch (event.key) {
        case '/':
          openPalette();
          break;
        case '1':
          navigate({ view: 'graph' });
          break;
        case '2':
          navigate({ view: 'matrix' });
          break;
        case '3':
          navigate({ view: 'table' });
          break;
        case 'd':
          navigate({ drawer: !route.drawer });
          break;
        case 'Escape':
          if (route.selection === null) return;
          navigate({ selection: null });
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [route, openPalette]);
}

import type { ClusterSummary } from '@bulkhead/protocol';
import { type ReactNode, useEffect, useState } from 'react';
import { useEngine, useEngineQuery, useSession } from '../data/engine.ts';
import { CutName } from '../shared/CutName.tsx';
import { Icon } from '../shared/icons.tsx';
import { formatCount, IconButton, Menu, Segments } from '../shared/ui.tsx';
import { indexRequest } from '../worker/explore/requests.ts';
import { switchCluster } from './cluster-view.ts';
import type { Route, View } from './contracts.ts';
import { Enforcement } from './Enforcement.tsx';
import { freshnessText } from './freshness.ts';
import { navigate } from './route.ts';
import { setTheme, type Theme, useTheme } from './theme.ts';

interface HeaderProps {
  readonly route: Route;
  readonly clusters: readonly ClusterSummary[];
  readonly current: ClusterSummary | undefined;
  readonly draft: ReactNode;
  readonly onSearch: () => void;
}

const SOURCES = { live: 'Live cluster', directory: 'Directory', demo: 'Demo' } as const;
const MAC = /mac|iphone|ipad/i.test(navigator.platform);

export function Header({ route, clusters, current, draft, onSearch }: HeaderProps): ReactNode {
  return (
    <header className="header">
      <div className="brand">
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#1f4fbf" />
          <path d="M8 6v20M24 6v20" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
          <path d="M8 11h7M17 21h7M13 16h6" stroke="#a9c4ff" strokeWidth="3" strokeLinecap="round" />
        </svg>
        <h1>Bulkhead</h1>
      </div>
      <ClusterSwitch clusters={clusters} current={current} />
      <Freshness />
      <Enforcement />
      <Scope route={route} />
      <span className="spring" />
      <button type="button" className="search-button" onClick={onSearch}>
        <Icon name="search" size={14} />
        <span className="truncate">Find, or ask: frontend → payments/db:5432</span>
        <kbd className="kbd">{MAC ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <span className="spring" />
      <Segments<View>
        label="View"
        value={route.view}
        options={[
          { value: 'graph', label: 'Graph', icon: 'graph' },
          { value: 'matrix', label: 'Matrix', icon: 'matrix' },
          { value: 'table', label: 'Table', icon: 'table' },
        ]}
        onChange={(view) => navigate({ view })}
      />
      {draft}
      <ThemeMenu />
    </header>
  );
}

function ClusterSwitch({ clusters, current }: Pick<HeaderProps, 'clusters' | 'current'>): ReactNode {
  return (
    <Menu
      label="Cluster"
      button={
        <>
          <Icon name="cluster" size={14} />
          <span className="truncate cluster-name">{current?.name ?? 'No cluster'}</span>
          {current === undefined || SOURCES[current.kind] === current.name ? null : (
            <span className="badge">{SOURCES[current.kind]}</span>
          )}
          <Icon name="down" size={12} />
        </>
      }
    >
      {(close) =>
        clusters.map((cluster) => (
          <button
            key={cluster.id}
            type="button"
            className="menu-item"
            aria-current={cluster.id === current?.id}
            onClick={() => {
              switchCluster(cluster.id);
              close();
            }}
          >
            {cluster.id === current?.id ? <Icon name="check" size={14} /> : <span className="icon-space" />}
            {cluster.name}
            <span className="hint">{SOURCES[cluster.kind]}</span>
          </button>
        ))
      }
    </Menu>
  );
}

function Freshness(): ReactNode {
  const engine = useEngine();
  const session = useSession();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const { tone, text, detail } = freshnessText(session, now);
  return (
    <>
      <span className="freshness" title={detail} data-testid="freshness">
        <span className={`dot ${tone}`} />
        {text}
        {session.paused && session.pending > 0 ? (
          <span className="count">{formatCount(session.pending)}</span>
        ) : null}
      </span>
      <IconButton
        small
        icon={session.paused ? 'play' : 'pause'}
        label={session.paused ? 'Show changes again' : 'Pause updates'}
        aria-pressed={session.paused}
        onClick={() => engine.pause(!session.paused)}
      />
    </>
  );
}

function Scope({ route }: { readonly route: Route }): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  const [filter, setFilter] = useState('');
  const chosen = new Set(route.scope);
  const text =
    chosen.size === 0
      ? 'All namespaces'
      : chosen.size === 1
        ? (route.scope[0] ?? '')
        : `${chosen.size} namespaces`;
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    navigate({ scope: [...next].sort() });
  };
  return (
    <Menu
      label="Namespaces in scope"
      button={
        <>
          <span className="truncate scope-name">{text}</span>
          <Icon name="down" size={12} />
        </>
      }
    >
      {() => (
        <div className="scope-menu">
          <input
            className="input"
            type="search"
            aria-label="Filter namespaces"
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <button
            type="button"
            className="menu-item"
            onClick={() => navigate({ scope: [] })}
            disabled={chosen.size === 0}
          >
            Show all
          </button>
          {(data?.namespaces ?? [])
            .filter((entry) => entry.name.includes(filter))
            .slice(0, 200)
            .map((entry) => (
              <label key={entry.name} className="menu-item">
                <input type="checkbox" checked={chosen.has(entry.name)} onChange={() => toggle(entry.name)} />
                <CutName name={entry.name} />
                <span className="hint">{formatCount(entry.workloads)}</span>
              </label>
            ))}
        </div>
      )}
    </Menu>
  );
}

const THEME_ICON = { system: 'system', light: 'sun', dark: 'moon' } as const;

function ThemeMenu(): ReactNode {
  const theme = useTheme();
  const choices: readonly Theme[] = ['system', 'light', 'dark'];
  return (
    <Menu label="Theme" align="end" className="button ghost icon" button={<Icon name={THEME_ICON[theme]} />}>
      {(close) =>
        choices.map((choice) => (
          <button
            key={choice}
            type="button"
            className="menu-item"
            aria-current={choice === theme}
            onClick={() => {
              setTheme(choice);
              close();
            }}
          >
            <Icon name={THEME_ICON[choice]} size={14} />
            {choice === 'system' ? 'As the system' : choice === 'light' ? 'Light' : 'Dark'}
          </button>
        ))
      }
    </Menu>
  );
}

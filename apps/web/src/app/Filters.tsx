import { parseSelectorText } from '@bulkhead/policy-engine';
import { type ReactNode, useEffect, useState } from 'react';
import { useEngineQuery } from '../data/engine.ts';
import { Icon } from '../shared/icons.tsx';
import { parsePort } from '../shared/ports.ts';
import { Button, Menu, Segments } from '../shared/ui.tsx';
import { indexRequest } from '../worker/explore/requests.ts';
import type { Route } from './contracts.ts';
import { navigate } from './route.ts';
import { isFiltered } from './scope.ts';

/** The filters that all views share. */
export function Filters({
  route,
  children,
}: {
  readonly route: Route;
  readonly children?: ReactNode;
}): ReactNode {
  const { data } = useEngineQuery(indexRequest, null);
  return (
    <div className="toolbar" role="toolbar" aria-label="Filters">
      <TextFilter
        label="Label selector"
        placeholder="Labels: app=web,tier!=db"
        value={route.labels}
        problem={(text) => {
          const parsed = parseSelectorText(text);
          return 'problem' in parsed ? parsed.problem : null;
        }}
        onChange={(labels) => navigate({ labels }, { replace: true })}
      />
      <TextFilter
        label="Ports"
        placeholder="Ports: 443, UDP/53"
        value={route.ports.join(', ')}
        problem={(text) => {
          const bad = text.split(',').find((part) => part.trim() !== '' && parsePort(part) === null);
          return bad === undefined ? null : `"${bad.trim()}" is no port`;
        }}
        onChange={(text) =>
          navigate(
            {
              ports: text
                .split(',')
                .map((part) => part.trim())
                .filter((part) => part !== ''),
            },
            { replace: true },
          )
        }
      />
      <Menu
        label="More filters"
        button={
          <>
            <Icon name="filter" size={14} />
            Filter
          </>
        }
      >
        {() => (
          <div className="filter-menu">
            <h3>Isolation</h3>
            <Segments
              small
              label="Isolation"
              value={route.isolation}
              options={[
                { value: 'any', label: 'Any' },
                { value: 'isolated', label: 'Isolated' },
                { value: 'open', label: 'Open' },
                { value: 'unknown', label: 'Unknown' },
              ]}
              onChange={(isolation) => navigate({ isolation })}
            />
            <h3>Verdict</h3>
            <Segments
              small
              label="Verdict"
              value={route.verdicts.length === 2 ? 'any' : (route.verdicts[0] ?? 'any')}
              options={[
                { value: 'any', label: 'Any' },
                { value: 'allowed', label: 'Allowed' },
                { value: 'unknown', label: 'Unknown' },
              ]}
              onChange={(verdict) =>
                navigate({ verdicts: verdict === 'any' ? ['allowed', 'unknown'] : [verdict] })
              }
            />
            <h3>Kind of workload</h3>
            {(data?.kinds ?? []).map((kind) => (
              <label key={kind} className="menu-item">
                <input
                  type="checkbox"
                  checked={route.kinds.includes(kind)}
                  onChange={(event) =>
                    navigate({
                      kinds: event.target.checked
                        ? [...route.kinds, kind].sort()
                        : route.kinds.filter((entry) => entry !== kind),
                    })
                  }
                />
                {kind}
              </label>
            ))}
          </div>
        )}
      </Menu>
      {route.draft === null ? null : (
        <Button
          aria-pressed={route.onlyChanges}
          title="Show only what the draft changes"
          onClick={() => navigate({ onlyChanges: !route.onlyChanges })}
        >
          Only changes
        </Button>
      )}
      {isFiltered(route) ? (
        <Button
          variant="ghost"
          icon="close"
          onClick={() =>
            navigate({ labels: '', ports: [], kinds: [], isolation: 'any', verdicts: ['allowed', 'unknown'] })
          }
        >
          Clear
        </Button>
      ) : null}
      <span className="spring" />
      {children}
    </div>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly problem: (text: string) => string | null;
  readonly onChange: (text: string) => void;
}

/** Applies what is typed when it can be read, a moment after the last key. */
function TextFilter({ label, placeholder, value, problem, onChange }: TextFilterProps): ReactNode {
  const [text, setText] = useState(value);
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    setApplied(value);
    setText(value);
  }
  const bad = problem(text);
  useEffect(() => {
    if (text === applied || bad !== null) return;
    const timer = setTimeout(() => {
      setApplied(text);
      onChange(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text, applied, bad, onChange]);
  return (
    <input
      className="input filter-input"
      aria-label={label}
      title={bad ?? label}
      aria-invalid={bad !== null}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

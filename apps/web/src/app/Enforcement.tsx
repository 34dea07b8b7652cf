import type { Enforcement as Detected, EnforcementEngine } from '@bulkhead/protocol';
import type { ReactNode } from 'react';
import { useSession } from '../data/engine.ts';
import { Icon } from '../shared/icons.tsx';
import { Menu } from '../shared/ui.tsx';

const CONFIDENCE: Readonly<Record<EnforcementEngine['confidence'], string>> = {
  certain: 'certain',
  likely: 'likely',
  hint: 'only a hint',
};

/** Which engine enforces the policies of a live cluster: its name, and on demand how sure that is and by what. */
export function Enforcement(): ReactNode {
  const { status } = useSession();
  if (status === null || status.source !== 'live') return null;
  const { enforcement } = status;
  const bad = enforcement.warnings.some(({ severity }) => severity === 'error');
  return (
    <Menu
      label="What enforces policies"
      button={
        <>
          <Icon name={bad ? 'warning' : 'check'} size={14} />
          <span className="truncate">{enforcementText(enforcement)}</span>
        </>
      }
    >
      {() => (
        <div className="enforcement">
          {enforcement.engines.map((engine) => (
            <section key={engine.name}>
              <h3>
                {engine.title} {engine.version ?? ''}
                <span className="badge">{CONFIDENCE[engine.confidence]}</span>
              </h3>
              <ul>
                {engine.evidence.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </section>
          ))}
          {enforcement.engines.length === 0 ? <p>{NO_ENGINE[enforcement.determination]}</p> : null}
          {enforcement.warnings.map(({ code, message, hint }) => (
            <p key={code}>
              <strong>{message}</strong> {hint ?? ''}
            </p>
          ))}
        </div>
      )}
    </Menu>
  );
}

const NO_ENGINE: Readonly<Record<Detected['determination'], string>> = {
  detected: '',
  none: 'No policy engine was found in this cluster: what is drawn here is enforced by nothing.',
  undetermined: 'It is not known yet, or may not be read, which engine enforces policies here.',
  assumed: 'A conforming engine is taken for granted.',
};

/** In a few words, for the header. */
export function enforcementText({ determination, engines }: Detected): string {
  const names = engines.map(({ title }) => title);
  if (names.length > 0) return names.join(' and ');
  return determination === 'none' ? 'Nothing enforces' : 'Engine unknown';
}

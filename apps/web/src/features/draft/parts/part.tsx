import { type ComponentType, createElement, type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../../shared/ui.tsx';
import { Dialog } from './Dialog.tsx';

/** What can be loaded ahead of its first use. Rejects where it can't be; the next use tries again. */
export interface Loadable {
  readonly load: () => Promise<unknown>;
}

/** A component whose code is loaded apart from the page. */
export interface Part<Props> extends Loadable {
  (props: Props): ReactNode;
}

type Load<Props> = () => Promise<ComponentType<Props>>;

/**
 * A part of the page that is loaded when it is first shown. Where that fails, because the server is gone, say, it says so in
 * its own place and can be tried again; the rest of the page goes on.
 */
export function part<Props extends object>(load: Load<Props>, loading: ReactNode = null): Part<Props> {
  return partly(load, loading, (_, retry) => (
    <div className="draft-hint">
      <NotLoaded onRetry={retry} />
    </div>
  ));
}

/** The same for a dialog. */
export function dialogPart<Props extends { readonly onClose: () => void }>(load: Load<Props>): Part<Props> {
  return partly(load, null, ({ onClose }, retry) => (
    <Dialog title="Not loaded" size="small" onClose={onClose}>
      <NotLoaded onRetry={retry} />
    </Dialog>
  ));
}

function NotLoaded({ onRetry }: { readonly onRetry: () => void }): ReactNode {
  return (
    <>
      <p role="alert">
        This part of Bulkhead could not be loaded: the server does not answer. The draft is kept.
      </p>
      <p>
        <Button onClick={onRetry}>Try again</Button>
      </p>
    </>
  );
}

type Failed<Props> = (props: Props, retry: () => void) => ReactNode;

function partly<Props extends object>(
  load: Load<Props>,
  loading: ReactNode,
  failed: Failed<Props>,
): Part<Props> {
  let loaded: ComponentType<Props> | undefined;
  let underWay: Promise<unknown> | undefined;
  const source: Source<Props> = {
    component: () => loaded,
    load: () => {
      underWay ??= load().then(
        (component) => {
          loaded = component;
        },
        (error: unknown) => {
          underWay = undefined;
          throw error;
        },
      );
      return underWay;
    },
  };
  return Object.assign((props: Props) => createElement(PartView<Props>, { source, props, loading, failed }), {
    load: source.load,
  });
}

interface Source<Props> extends Loadable {
  readonly component: () => ComponentType<Props> | undefined;
}

interface PartViewProps<Props> {
  readonly source: Source<Props>;
  readonly props: Props;
  readonly loading: ReactNode;
  readonly failed: Failed<Props>;
}

function PartView<Props extends object>({ source, props, loading, failed }: PartViewProps<Props>): ReactNode {
  const Loaded = source.component();
  const [hasFailed, setFailed] = useState(false);
  const [, setLoaded] = useState(false);
  const isMissing = Loaded === undefined;
  useEffect(() => {
    if (!isMissing || hasFailed) return;
    let wanted = true;
    source.load().then(
      () => wanted && setLoaded(true),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [source, isMissing, hasFailed]);
  if (Loaded !== undefined) return <Loaded {...props} />;
  return hasFailed ? failed(props, () => setFailed(false)) : loading;
}

/** Loads parts before they are needed, the first ones first; what fails is tried again when it is shown. */
export function loadAhead(parts: readonly Loadable[]): void {
  for (const { load } of parts) load().catch(() => undefined);
}

import type { ReactNode } from 'react';
import { CutName, type CutNameProps } from './CutName.tsx';

/** From this length on a namespace gives way to the name in it. */
const LONG_NAMESPACE = 14;

interface EndNameProps extends CutNameProps {
  readonly namespace: string | undefined;
}

/** `namespace/name` on one line, cut so that what tells it apart stays in sight. Stands in an element of class `end-name`. */
export function EndName({ namespace, ...own }: EndNameProps): ReactNode {
  return (
    <>
      {namespace === undefined ? null : (
        <span className="muted" data-long={namespace.length >= LONG_NAMESPACE}>
          <CutName name={`${namespace}/`} title={own.title ?? own.name} />
        </span>
      )}
      <CutName {...own} />
    </>
  );
}

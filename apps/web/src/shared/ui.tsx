import {
  type ButtonHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName;
  readonly variant?: 'default' | 'primary' | 'ghost';
  readonly small?: boolean;
}

export function Button({
  icon,
  variant = 'default',
  small = false,
  children,
  className,
  ...rest
}: ButtonProps): ReactNode {
  const classes = ['button', variant === 'default' ? '' : variant, small ? 'small' : '', className ?? ''];
  return (
    <button type="button" {...rest} className={classes.filter(Boolean).join(' ')}>
      {icon === undefined ? null : <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  readonly icon: IconName;
  /** Its name, for the tooltip and for screen readers. */
  readonly label: string;
}

export function IconButton({
  icon,
  label,
  variant = 'ghost',
  className,
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <Button
      {...rest}
      variant={variant}
      className={`icon ${className ?? ''}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} size={rest.small === true ? 14 : 16} />
    </Button>
  );
}

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly {
    readonly value: T;
    readonly label: string;
    readonly icon?: IconName;
    readonly title?: string;
  }[];
  readonly onChange: (value: T) => void;
  readonly small?: boolean;
}

/** A choice of one among few, all in sight; arrow keys move through it. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
  small,
}: SegmentsProps<T>): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = options.findIndex((option) => option.value === value);
    const next = options[(index + step + options.length) % options.length];
    if (next === undefined) return;
    onChange(next.value);
    ref.current?.querySelectorAll('button')[options.indexOf(next)]?.focus();
  };
  const reachable = options.find((option) => option.value === value) ?? options[0];
  return (
    <div
      ref={ref}
      className={small === true ? 'segments small' : 'segments'}
      role="radiogroup"
      aria-label={label}
      onKeyDown={move}
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: a segmented control is a radio group made of buttons
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option === reachable ? 0 : -1}
          title={option.title}
          onClick={() => onChange(option.value)}
        >
          {option.icon === undefined ? null : <Icon name={option.icon} size={14} />}
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly { readonly value: T; readonly label: string; readonly count?: number }[];
  readonly onChange: (value: T) => void;
  readonly children: ReactNode;
}

/** Tabs with their panel. */
export function Tabs<T extends string>({ label, value, tabs, onChange, children }: TabsProps<T>): ReactNode {
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.value);
    event.currentTarget.querySelectorAll('button')[tabs.indexOf(next)]?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
          >
            {tab.label}
            {tab.count === undefined ? null : <span className="count">{formatCount(tab.count)}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className="tab-panel">
        {children}
      </div>
    </>
  );
}

const NUMBER = new Intl.NumberFormat('en');

/** `12,345`. */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** `1 workload`, `3 workloads`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export type VerdictName = 'allowed' | 'denied' | 'unknown';

const VERDICT_ICON = { allowed: 'check', denied: 'cross', unknown: 'question' } as const;
const VERDICT_LABEL = { allowed: 'Allowed', denied: 'Denied', unknown: 'Unknown' } as const;

/** A verdict by colour, sign and word. */
export function VerdictBadge({
  verdict,
  label,
}: {
  readonly verdict: VerdictName;
  readonly label?: string;
}): ReactNode {
  return (
    <span className={`badge ${verdict}`}>
      <Icon name={VERDICT_ICON[verdict]} size={12} />
      {label ?? VERDICT_LABEL[verdict]}
    </span>
  );
}

interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly icon?: IconName;
  readonly actions?: ReactNode;
}

/** Says why there is nothing and what to do about it. */
export function EmptyState({ title, children, icon = 'cluster', actions }: EmptyStateProps): ReactNode {
  return (
    <div className="empty">
      <Icon name={icon} size={32} />
      <h2>{title}</h2>
      {children}
      {actions === undefined ? null : <div className="actions">{actions}</div>}
    </div>
  );
}

interface MenuProps {
  /** What the button shows. */
  readonly button: ReactNode;
  readonly label: string;
  readonly children: (close: () => void) => ReactNode;
  readonly align?: 'start' | 'end';
  readonly className?: string;
}

/** A button that opens a panel below itself; Escape and a click elsewhere close it. */
export function Menu({ button, label, children, align = 'start', className }: MenuProps): ReactNode {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is taken wherever the focus is inside
    <div
      ref={root}
      className="menu-root"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        root.current?.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        className={className ?? 'button'}
        aria-label={label}
        title={label}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset brings its own layout
        <div className={`menu ${align}`} role="group" aria-label={label}>
          {children(() => setOpen(false))}
        </div>
      ) : null}
    </div>
  );
}
